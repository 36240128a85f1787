import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startCarelessServer } from './careless-server.ts';
import { type BodyKind, postTwoGigabytes } from './oversized-body.ts';

const kinds: BodyKind[] = ['length', 'chunked', 'gzip'];

test.each(kinds)('%s: what the server answers, and how much it took until it closed', async (kind) => {
  const server = createServer((request, response) => {
    request.once('data', () => response.writeHead(413, { connection: 'close' }).end('no'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const answer = await postTwoGigabytes(url, kind, { stop: AbortSignal.timeout(20_000) });
  server.closeAllConnections();
  server.close();
  expect(answer).toMatchObject({ status: 413, text: 'no' });
  expect(answer.sent).toBeLessThan(100 * 2 ** 20);
});

test('a careless server takes all that it is sent until it is let go', async () => {
  await using server = await startCarelessServer();
  const answer = await postTwoGigabytes(server.url, 'chunked', { stop: AbortSignal.timeout(1_000) });
  expect(answer.status).toBeNull();
  expect(answer.sent).toBeGreaterThan(64 * 2 ** 20);
});
