import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { layout } from '../layout.ts';
import { type Exchange, inText, type Page, type Site } from '../site.ts';

const filler = Buffer.from('<p>and on it goes, and on and on, without ever coming to a point.</p>\n'.repeat(1_000));

/** Answers that do not end, come a byte at a time, grow when unpacked, or are no HTTP at all. One host each. */
export const hostileAnswerSites: Site[] = [
  site('firehose.test', {
    answer: endlessBody,
    expected: inText('+441514960201'),
    cut: 'body',
    code: 'too-large',
  }),
  site('drip.test', { answer: byteASecond, outcome: 'failed', code: 'fetch-timeout' }),
  site('parcel-bomb.test', {
    answer: gzipBomb,
    expected: inText('+441514960202'),
    cut: 'body',
    code: 'too-large',
  }),
  site('gibberish.test', { answer: notHttp, outcome: 'failed', code: 'malformed-response' }),
  site('snapped.test', { answer: cutShort, outcome: 'failed', code: 'connection-lost' }),
];

async function endlessBody({ response, signal }: Exchange): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.write(opening('Firehose', '+44 151 496 0201'));
  while (!signal.aborted) {
    if (!response.write(filler)) await once(response, 'drain', { signal });
  }
}

async function byteASecond({ response, signal }: Exchange): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  for (const character of opening('Drip', 'a while')) {
    response.write(character);
    await sleep(1_000, undefined, { signal });
  }
}

/** Some 70 KB that unpack to 256 MB: gzip members may follow one another (RFC 1952 §2.2). */
async function gzipBomb({ response, signal }: Exchange): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' });
  response.write(gzipSync(opening('Parcel Bomb', '+44 151 496 0202')));
  const member = gzipSync(Buffer.alloc(16 << 20, filler), { level: 9 });
  for (let index = 0; index < 16 && !signal.aborted; index++) {
    if (!response.write(member)) await once(response, 'drain', { signal });
  }
  response.end();
}

function notHttp({ response }: Exchange): void {
  response.socket?.end('HTTP/1.1 banana\r\n\r\nno numbers today');
}

function cutShort({ response }: Exchange): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': '100000' });
  response.write('<!doctype html><title>Snapped</title><p>The line is', () => response.destroy());
}

/** A page up to where its text would go on. */
function opening(title: string, number: string): string {
  const whole = layout({ title, body: `<p>Ring us: ${number}</p>` });
  return whole.slice(0, whole.indexOf('</main>'));
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function site(host: string, page: DistributedOmit<Page, 'path' | 'kind'>): Site {
  return { host, pages: [{ path: '/', kind: 'hostile', ...page }] };
}
