import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createDnsLookup } from '../index.ts';

/** A name server on loopback: `answers` gives the records of a question as RDATA in octets, null for a silence. */
async function startNameServer(answers: (name: string, type: number) => number[][] | null) {
  const server = createSocket('udp4');
  server.on('message', (query, { port, address }) => {
    const end = query.indexOf(0, 12) + 5;
    const labels = query
      .subarray(12, end - 4)
      .toString('latin1')
      .split(/[^a-z0-9-]/);
    const type = query.readUInt16BE(end - 4);
    const records = answers(labels.filter(Boolean).join('.'), type);
    if (records === null) return;
    const header = Buffer.from([...query.subarray(0, 2), 0x81, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0]);
    const body = records.map((rdata) => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, rdata.length, ...rdata]));
    server.send(Buffer.concat([header, query.subarray(12, end), ...body]), port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  return { server: `127.0.0.1:${server.address().port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

const A = 1;
const v4 = [192, 0, 2];
const v6 = [0x20, 0x01, 0x0d, 0xb8, ...Array(11).fill(0)];
const signal = () => AbortSignal.timeout(5_000);

test('gives the addresses of both families in turn, and those of one where the other has none', async () => {
  await using names = await startNameServer((name, type) => {
    if (name === 'both.example')
      return type === A
        ? [
            [...v4, 1],
            [...v4, 2],
            [...v4, 3],
          ]
        : [[...v6, 1]];
    if (name === 'old.example') return type === A ? [[...v4, 9]] : [];
    return type === A ? [] : [[...v6, 9]];
  });
  const lookup = createDnsLookup([names.server]);
  const both = await lookup('both.example', signal());
  expect(both[1]).toBe('2001:db8::1');
  expect(both.toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1']);
  expect(await lookup('old.example', signal())).toEqual(['192.0.2.9']);
  expect(await lookup('new.example', signal())).toEqual(['2001:db8::9']);
});

test('a name without addresses has none', async () => {
  await using names = await startNameServer(() => []);
  expect(await createDnsLookup([names.server])('none.example', signal())).toEqual([]);
});

test('I6: a server that stays silent is left when the signal says so', async () => {
  await using names = await startNameServer(() => null);
  const started = performance.now();
  const lookup = createDnsLookup([names.server]);
  expect(await lookup('silent.example', AbortSignal.timeout(100))).toEqual([]);
  expect(performance.now() - started).toBeLessThan(1_500);
});
