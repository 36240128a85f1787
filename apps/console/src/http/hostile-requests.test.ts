import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { FleetEvent } from '@numfleet/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { headOf, sendRaw } from '../testing/send-raw.ts';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

const limits = { requestMs: 700, headersMs: 400, checkMs: 100, connections: 20 };

let operated: TestConsole;
let origin: string;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'), { limits });
  origin = await operated.app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => operated[Symbol.asyncDispose]());

beforeEach(() => void operated.events.splice(0));

const rejections = () =>
  operated.events.flatMap((event: FleetEvent) => (event.type === 'request.rejected' ? [event.reason] : []));

const headers = (changes: Record<string, string | number> = {}) => ({
  authorization: `Bearer ${operated.token}`,
  'content-type': 'application/json',
  ...changes,
});

const campaign = JSON.stringify({ purpose: 'test', seeds: ['http://a.test/'] });

const create = (body: Uint8Array | string, changes: Record<string, string | number>) =>
  sendRaw(origin, [headOf('POST /api/v1/campaigns', headers({ 'content-length': body.length, ...changes })), body]);

const codeOf = (answer: { body: string }) => JSON.parse(answer.body).error.code;

describe('a packed body', () => {
  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (data: Uint8Array) => data],
  ])('is unpacked: %s', async (encoding, pack) => {
    const answer = await create(pack(Buffer.from(campaign)), { 'content-encoding': encoding });
    expect([answer.status, JSON.parse(answer.body).added]).toEqual([201, 1]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (data: Buffer) => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['zstd', zstdCompressSync],
  ])('that unpacks to more than is read is refused: %s (G12)', async (encoding, pack) => {
    const answer = await create(pack(Buffer.alloc(32 * 1_024 * 1_024)), { 'content-encoding': encoding });
    expect([answer.status, codeOf(answer)]).toEqual([413, 'request-too-large']);
    expect(rejections()).toEqual(['inflated']);
  });

  test.each([
    ['an unknown one', 'compress'],
    ['more than one', 'gzip, gzip'],
    ['a property of objects', 'constructor'],
  ])('in %s is refused, with those that are read', async (_name, encoding) => {
    const answer = await create(campaign, { 'content-encoding': encoding });
    expect([answer.status, codeOf(answer)]).toEqual([415, 'media-unsupported']);
    expect(answer.text).toMatch(/^accept-encoding: gzip, deflate, br, zstd/im);
    expect(rejections()).toEqual(['encoding']);
  });

  test.each([
    ['is none', Buffer.from(campaign)],
    ['ends early', gzipSync(campaign).subarray(0, -12)],
  ])('that %s is refused', async (_name, body) => {
    const answer = await create(body, { 'content-encoding': 'gzip' });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'request-invalid']);
    expect(rejections()).toEqual(['malformed']);
  });

  test('whose client goes away in its middle leaves nothing behind', async () => {
    const abandoned = new AbortController();
    const request = fetch(`${origin}/api/v1/campaigns`, {
      method: 'POST',
      headers: headers({ 'content-encoding': 'gzip' }),
      body: new ReadableStream({ start: (controller) => controller.enqueue(gzipSync(campaign).subarray(0, 20)) }),
      duplex: 'half',
      signal: abandoned.signal,
    } as RequestInit);
    setTimeout(() => abandoned.abort(), 100);
    await expect(request).rejects.toThrow();
    const connections = () =>
      new Promise<number>((resolve) => operated.app.server.getConnections((_error, count) => resolve(count)));
    await expect.poll(connections).toBe(0);
  });
});

describe('what is no valid request gets one JSON error, and the end', () => {
  test.each<[string, () => string[], number, string, string]>([
    ['no HTTP at all', () => ['HELLO\r\n\r\n'], 400, 'request-invalid', 'malformed'],
    ['a header without a colon', () => ['GET / HTTP/1.1\r\nnonsense\r\n\r\n'], 400, 'request-invalid', 'malformed'],
    [
      'two lengths, as smugglers send them',
      () => [headOf('POST /api/v1/campaigns', { 'content-length': 5, 'transfer-encoding': 'chunked' })],
      400,
      'request-invalid',
      'malformed',
    ],
    ['a large header', () => [headOf('GET /', { 'x-large': 'x'.repeat(20_000) })], 431, 'request-too-large', 'headers'],
    ['a long address', () => [headOf(`GET /${'x'.repeat(20_000)}`, {})], 431, 'request-too-large', 'headers'],
  ])('%s', async (_name, parts, status, code, reason) => {
    const answer = await sendRaw(origin, parts());
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(answer.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(rejections()).toEqual([reason]);
  });

  test.each<[string, () => Iterable<string>]>([
    ['headers', () => Array.from({ length: 100 }, (_, n) => (n === 0 ? 'GET / HTTP/1.1\r\n' : `x-${n}: 1\r\n`))],
    [
      'a body',
      () => [
        headOf('POST /api/v1/campaigns', headers({ 'content-length': 1_000 })),
        ...Array.from({ length: 100 }, () => 'x'),
      ],
    ],
  ])('I6: %s that drip', async (_name, parts) => {
    const from = performance.now();
    const answer = await sendRaw(origin, parts(), { pauseMs: 50 });
    expect([answer.status, codeOf(answer)]).toEqual([408, 'deadline-exceeded']);
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(rejections()).toEqual(['timeout']);
  });
});

test('a body of 2 GB of somebody without the token is not read', async () => {
  function* body() {
    yield headOf('POST /api/v1/campaigns', { 'content-type': 'application/json', 'content-length': 2_000_000_000 });
    for (let sent = 0; sent < 2_000; sent += 1) yield Buffer.alloc(1_000_000);
  }
  const answer = await sendRaw(origin, body());
  expect([answer.status, codeOf(answer)]).toEqual([401, 'unauthorized']);
  expect(answer.sent).toBeLessThan(64_000_000);
});

test('a client that asks before it sends is told at once', async () => {
  const asking = (length: number) =>
    sendRaw(origin, [headOf('POST /api/v1/campaigns', headers({ 'content-length': length, expect: '100-continue' }))]);
  const refused = await asking(2_000_000_000);
  expect([refused.status, refused.text.match(/HTTP\/1\.1/g)?.length]).toEqual([413, 1]);
  expect((await asking(100)).text).toMatch(/^HTTP\/1\.1 100 Continue/);
});

test('a method that is not answered is told, with those that are', async () => {
  const answer = await sendRaw(origin, [headOf('DELETE /api/v1/campaigns/1', headers())]);
  expect([answer.status, codeOf(answer)]).toEqual([405, 'method-unsupported']);
  expect(answer.text).toMatch(/^allow: GET, HEAD$/im);
});

test('I8: no more connections are held than may be, and those that are go on', async () => {
  const held = await Promise.all(
    Array.from({ length: limits.connections + 5 }, () => sendRaw(origin, ['GET /login HTTP/1.1\r\n'])),
  );
  expect(held.filter(({ status }) => status === 408)).toHaveLength(limits.connections);
  expect(rejections().filter((reason) => reason === 'connections')).toHaveLength(5);
});
