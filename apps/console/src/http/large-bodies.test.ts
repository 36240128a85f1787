import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { headOf, type RawAnswer, sendRaw } from '../testing/send-raw.ts';
import { type SpawnedConsole, spawnConsole } from '../testing/spawn-console.ts';

const mebibyte = 1_024 * 1_024;
const twoGigabytes = 2_048 * mebibyte;

const post = ({ token }: SpawnedConsole, headers: Record<string, string | number>) =>
  headOf('POST /api/v1/campaigns', {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    ...headers,
  });

function* withLength(spawned: SpawnedConsole): Generator<string | Uint8Array> {
  yield post(spawned, { 'content-length': twoGigabytes });
  const block = Buffer.alloc(65_536, '1');
  for (let sent = 0; sent < twoGigabytes; sent += block.length) yield block;
}

function* chunked(spawned: SpawnedConsole, bytes = twoGigabytes): Generator<string | Uint8Array> {
  yield post(spawned, { 'transfer-encoding': 'chunked' });
  const block = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, '1'), Buffer.from('\r\n')]);
  for (let sent = 0; sent < bytes; sent += 65_536) yield block;
  yield '0\r\n\r\n';
}

/** 2 GB of zeros in about 2 MB: gzip members follow each other (RFC 1952 §2.2). */
function* bomb(spawned: SpawnedConsole): Generator<string | Uint8Array> {
  const member = gzipSync(Buffer.alloc(16 * mebibyte));
  const members = Array.from({ length: 128 }, () => member);
  yield post(spawned, { 'content-encoding': 'gzip', 'content-length': 128 * member.length });
  yield* members;
}

function expectOneRefusal(answer: RawAnswer | undefined): void {
  if (!answer) throw new Error('There was no answer.');
  expect(answer.status).toBe(413);
  expect(answer.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(answer.text).toMatch(/^connection: close/im);
  expect(JSON.parse(answer.body).error).toEqual({ code: 'request-too-large', message: expect.any(String) });
}

test('G12: 2 GB bodies by length, chunked and packed get one 413 each, and cost the console under 64 MiB', async () => {
  await using spawned = await spawnConsole(inject('postgresUrl'));
  const before = await spawned.look();
  const [stated, grown, packed] = await Promise.all(
    [withLength(spawned), chunked(spawned), bomb(spawned)].map((parts) => sendRaw(spawned.origin, parts)),
  );
  for (const answer of [stated, grown, packed]) expectOneRefusal(answer);
  expect(grown?.sent).toBeGreaterThan(10 * mebibyte);
  for (const answer of [stated, grown]) expect(answer?.sent).toBeLessThan(64 * mebibyte);
  const after = await spawned.look();
  expect(after.events).toEqual({ length: 1, chunked: 1, inflated: 1 });
  expect(after.maxRss - before.rss).toBeLessThan(64 * mebibyte);

  // What the collector leaves lying about is bounded too: it does not grow with the number of such requests.
  for (let round = 0; round < 10; round += 1) {
    await Promise.all([chunked(spawned), bomb(spawned)].map((parts) => sendRaw(spawned.origin, parts)));
  }
  expect((await spawned.look()).maxRss - before.rss).toBeLessThan(128 * mebibyte);
}, 90_000);

test('G12, negative control: with the limit out of the way the same body is read, and the memory shows it', async () => {
  await using spawned = await spawnConsole(inject('postgresUrl'), { bodyBytes: twoGigabytes });
  const before = await spawned.look();
  const answer = await sendRaw(spawned.origin, chunked(spawned, 160 * mebibyte));
  expect(answer.status).toBe(400);
  const after = await spawned.look();
  expect(after.events).not.toHaveProperty('chunked');
  expect(after.maxRss - before.rss).toBeGreaterThan(64 * mebibyte);
}, 90_000);
