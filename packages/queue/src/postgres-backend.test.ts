import { queueNames } from '@numfleet/contracts';
import { createTestDatabase } from '@numfleet/embedded/testing';
import { openPool } from '@numfleet/postgres';
import { expect, inject, test } from 'vitest';
import { migrateQueue, openQueue } from './index.ts';
import { job } from './testing/messages.ts';
import { createTestFront } from './testing/test-front.ts';

/** A database whose connections go silent when they are asked for the version of the tables, until `heal()`. */
async function openOverSilence() {
  await using stack = new AsyncDisposableStack();
  const url = await createTestDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  const silent = Promise.withResolvers<void>();
  let isHealed = false;
  const front = stack.use(
    await createTestFront(url, (answer) => {
      if (isHealed || !answer.includes('server_version_num')) return answer;
      silent.resolve();
      return Buffer.alloc(0);
    }),
  );
  const connection = { kind: 'postgres', url: front.url } as const;
  const queue = stack.use(openQueue({ queue: queueNames.crawl, connection, emit: () => {}, applicationName: 'test' }));
  const held = stack.move();
  return {
    front,
    queue,
    depth: () => queue.depth().catch(() => null),
    silent: silent.promise,
    heal: () => {
      isHealed = true;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

test('who asks works again, also when cut in the moment in which BullMQ looks at its tables', async () => {
  await using it = await openOverSilence();
  const early = it.depth();
  await it.silent;
  it.heal();
  await it.front.close();
  await it.front.open();
  expect(await early).toEqual({ waiting: 0, active: 0, failed: 0 });
});

test('a database without the tables is told at once (negative control)', async () => {
  const connection = { kind: 'postgres', url: await createTestDatabase(inject('postgresUrl')) } as const;
  await using queue = openQueue({ queue: queueNames.crawl, connection, emit: () => {}, applicationName: 'test' });
  const began = performance.now();
  await expect(queue.depth()).rejects.toMatchObject({ code: 'queue-unavailable' });
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('I8: nothing is written for a stream of events that nobody reads', async () => {
  const url = await createTestDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  const connection = { kind: 'postgres', url } as const;
  await using queue = openQueue({ queue: queueNames.crawl, connection, emit: () => {}, applicationName: 'test' });
  await queue.add([job()]);
  expect(await queue.depth()).toMatchObject({ waiting: 1 });
  await using pool = openPool({
    connectionString: url,
    applicationName: 'test',
    max: 1,
    statementTimeoutMs: 5_000,
    clientGraceMs: 1_000,
  });
  expect((await pool.pool.query('select count(*)::int as events from bullmq.event')).rows).toEqual([{ events: 0 }]);
});
