import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startCanarySite } from './canary-site.ts';

test('every canary is in an address or in what it answers, and in no more than one of them', async () => {
  await using site = await startCanarySite();
  const port = Number(site.egressHosts.split(':').at(-1));
  const ask = async (path: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: canary.test\r\nconnection: close\r\n\r\n`);
    return await text(socket);
  };
  const paths = site.seeds.map((seed) => seed.slice('http://canary.test'.length));
  const said = await Promise.all(['/robots.txt', ...paths].map(async (path) => `${path}\n${await ask(path)}`));
  const lacking = Object.entries(site.canaries).filter(([, number]) => {
    return said.filter((one) => one.includes(number)).length !== 1;
  });
  expect(lacking).toEqual([]);
});
