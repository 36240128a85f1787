import type { EvictionReason } from '@numfleet/contracts';
import { createTestDatabase } from '@numfleet/embedded/testing';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { openPool, type PoolOptions } from './index.ts';
import { createTestWire } from './testing/test-wire.ts';

let database: string;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
});

async function openThroughWire(options: Partial<PoolOptions> = {}) {
  await using stack = new AsyncDisposableStack();
  const wire = stack.use(await createTestWire(database));
  const evicted: EvictionReason[] = [];
  const { pool } = stack.use(
    openPool({
      connectionString: wire.url,
      applicationName: 'test',
      max: 2,
      statementTimeoutMs: 1_000,
      clientGraceMs: 200,
      idleCheckMs: 3_600_000,
      onEvicted: (reason) => evicted.push(reason),
      ...options,
    }),
  );
  const fill = () => Promise.all([pool.query('select pg_sleep(0.1)'), pool.query('select pg_sleep(0.1)')]);
  const held = stack.move();
  return { wire, pool, evicted, fill, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

describe('G14: connections that are cut half-open', () => {
  test('while idle are found and dropped by the check, and no statement pays for it', async () => {
    await using it = await openThroughWire({ idleCheckMs: 500 });
    await it.fill();
    expect(it.pool.idleCount).toBe(2);
    expect(it.evicted).toEqual([]);
    it.wire.cut();
    await expect.poll(() => it.evicted, { timeout: 12_000 }).toEqual(['no-answer', 'no-answer']);
    expect(it.pool.totalCount).toBe(0);
    const began = performance.now();
    await it.pool.query('select 1');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('are not found without the check: the next statement waits until its time is up (negative control)', async () => {
    await using it = await openThroughWire();
    await it.fill();
    it.wire.cut();
    const began = performance.now();
    await expect(it.pool.query('select 1')).rejects.toThrow('timeout');
    expect(performance.now() - began).toBeGreaterThan(1_000);
  });

  test('and found dead in use have those beside them asked at once', async () => {
    await using it = await openThroughWire();
    await it.fill();
    it.wire.cut();
    await expect(it.pool.query('select 1')).rejects.toThrow('timeout');
    await expect.poll(() => it.evicted, { timeout: 8_000 }).toEqual(['no-answer']);
    expect(await it.pool.query('select 1')).toMatchObject({ rowCount: 1 });
  });

  test('while held by who listens are found too; it learns by an error that it has to listen anew', async () => {
    await using it = await openThroughWire({ listens: true, idleCheckMs: 300 });
    const listener = await it.pool.connect();
    const lost = new Promise<Error>((resolve) => listener.once('error', resolve));
    await listener.query('listen news');
    await expect.poll(() => it.evicted, { timeout: 1_500, interval: 500 }).toEqual([]);
    it.wire.cut();
    expect(await lost).toBeInstanceOf(Error);
    listener.release(true);
    expect(it.evicted).toEqual(['no-answer']);
  });
});

test('G14: a connection that is old is replaced, held or not', async () => {
  await using it = await openThroughWire({ listens: true, idleCheckMs: 200, lifetimeMs: 1_000 });
  const listener = await it.pool.connect();
  const lost = new Promise<Error>((resolve) => listener.once('error', resolve));
  await listener.query('listen news');
  await it.pool.query('select 1');
  await lost;
  listener.release(true);
  await expect.poll(() => it.evicted).toEqual(['expired', 'expired']);
  expect(it.pool.totalCount).toBe(0);
});
