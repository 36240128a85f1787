import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sites, startSites } from './index.ts';
import { type Answered, ask } from './testing/ask.ts';

describe('the demo web over HTTP', () => {
  let sites: Sites;
  beforeAll(async () => {
    sites = await startSites({ extraPages: 70, extras: true });
  });
  afterAll(() => sites[Symbol.asyncDispose]());

  it('serves on every page the numbers that the manifest says', async () => {
    const lacking: string[] = [];
    for (const page of sites.manifest.pages.filter(({ expected }) => expected.length > 0)) {
      const text = digitsOf(await sourceOf(sites, page.url));
      lacking.push(...page.expected.filter(({ number }) => !text.includes(number.slice(-6))).map(() => page.url));
    }
    expect(lacking).toEqual([]);
  }, 30_000);

  it('serves the forbidden numbers too, where nobody may take them from', async () => {
    const robots = await ask(sites.port, 'http://cafe-noir.test/private/suppliers');
    expect(digitsOf(robots.body.toString())).toContain('441184960901');
    const inside = await ask(sites.port, `http://127.0.0.1:${sites.port}/inside`);
    expect(digitsOf(inside.body.toString())).toContain('441514960901');
    expect(sites.egressHosts).not.toMatch(/(^|,)(127|localhost)/);
  });

  it('really sends GBK, named by the header on one page and by a meta element alone on the other', async () => {
    const byHeader = await ask(sites.port, 'http://cloud-tea-house.test/');
    const byMeta = await ask(sites.port, 'http://cloud-tea-house.test/lianxi');
    expect(byHeader.headers['content-type']).toBe('text/html; charset=gbk');
    expect(byMeta.headers['content-type']).toBe('text/html');
    expect(new TextDecoder('gbk').decode(byHeader.body)).toContain('伦敦分店电话：＋４４　２８　９０１８　０１０１');
    expect(new TextDecoder('gbk').decode(byMeta.body)).toContain('客服热线：＋４４－２８－９０１８－０１０２');
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(byHeader.body)).toThrow();
  });

  it('gives every page of the shop no number before its scripts have run', async () => {
    for (const path of ['/', '/contact', '/stores']) {
      const { body } = await ask(sites.port, `http://shop.test${path}`);
      expect(body.toString()).not.toMatch(/\d{6}|496 0/);
    }
  });

  it('gives every flat no number before its script has run', async () => {
    for (const flat of [1, 2, 3, 4, 5]) {
      const { body } = await ask(sites.port, `http://lettings.test/flats/${flat}`);
      expect(body.toString()).not.toMatch(/\d{6}|496/);
    }
  });

  it('answers 429 with Retry-After twice, 503 once, and then the page', async () => {
    await using fresh = await startSites();
    const busy = [1, 2, 3].map(() => ask(fresh.port, 'http://busy-bistro.test/'));
    const answers = await Promise.all(busy);
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]?.headers['retry-after']).toBe('2');
    expect((await ask(fresh.port, 'http://flaky-florist.test/')).status).toBe(503);
    expect((await ask(fresh.port, 'http://flaky-florist.test/')).status).toBe(200);
  });

  it('packs a bomb that is small on the wire', async () => {
    const { headers, body } = await ask(sites.port, 'http://parcel-bomb.test/');
    expect(headers['content-encoding']).toBe('gzip');
    expect(body.length).toBeLessThan(1 << 20);
    expect(gunzipSync(body, { maxOutputLength: 300 << 20 }).length).toBeGreaterThan(256 << 20);
  });

  it('breaks HTTP where it says so', async () => {
    await expect(ask(sites.port, 'http://gibberish.test/')).rejects.toMatchObject({ code: /^HPE_/ });
    await expect(ask(sites.port, 'http://snapped.test/')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('keeps the calendar going for ever', async () => {
    const { status, body } = await ask(sites.port, 'http://calendar.test/9999/12');
    expect(status).toBe(200);
    expect(body.toString()).toContain('href="/10000/01"');
  });

  it('answers 404 for a robots.txt that there is not, a path and a host that it does not know', async () => {
    for (const url of ['http://shop.test/robots.txt', 'http://shop.test/none', 'http://nobody.test/']) {
      expect((await ask(sites.port, url)).status).toBe(404);
    }
  });

  it('records every request with host, path, time and user agent', async () => {
    await using fresh = await startSites();
    const before = Date.now();
    await ask(fresh.port, 'http://cafe-noir.test/private/suppliers');
    await ask(fresh.port, 'http://nobody.test/x?y=1');
    expect(fresh.requests()).toEqual([
      { host: 'cafe-noir.test', path: '/private/suppliers', at: expect.any(Number), userAgent: 'test' },
      { host: 'nobody.test', path: '/x?y=1', at: expect.any(Number), userAgent: 'test' },
    ]);
    expect(fresh.requests()[0]?.at).toBeGreaterThanOrEqual(before);
  });
});

describe('what it holds', () => {
  it('I8: an endless body waits for its reader, and stops when the reader is gone', async () => {
    await using sites = await startSites();
    const idle = connect(sites.port, '127.0.0.1');
    idle.write('GET / HTTP/1.1\r\nHost: firehose.test\r\n\r\n');
    idle.pause();
    await sleep(200);
    const before = process.memoryUsage();
    expect(await busyMs(300)).toBeLessThan(150);
    expect(process.memoryUsage().external - before.external).toBeLessThan(8 << 20);
    idle.destroy();
    const { body } = await ask(sites.port, 'http://firehose.test/', { maxBytes: 5 << 20 });
    expect(body.length).toBeGreaterThanOrEqual(5 << 20);
    await sleep(50);
    expect(await busyMs(300)).toBeLessThan(150);
  });

  it('I10: disposing ends every answer in the middle and frees the port, and so does the signal', async () => {
    const stop = new AbortController();
    const sites = await startSites({ signal: stop.signal });
    const pending = [
      'http://drip.test/',
      'http://limbo.test/never.png',
      'http://snail-post.test/',
      'http://firehose.test/',
    ];
    const ends = pending.map((url) => ask(sites.port, url).then(String, (error: Error) => error));
    await sleep(200);
    stop.abort();
    for (const end of await Promise.all(ends)) expect(end).toBeInstanceOf(Error);
    await sites[Symbol.asyncDispose]();
    await using again = await startSites({ port: sites.port });
    expect(again.port).toBe(sites.port);
    await expect(startSites({ port: again.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

/** How long this process computed within the next `ms`. */
async function busyMs(ms: number): Promise<number> {
  const before = process.cpuUsage();
  await sleep(ms);
  return process.cpuUsage(before).user / 1_000;
}

/** All text that a browser would have of the page, redirects followed, with digits of other scripts made ASCII. */
async function sourceOf(sites: Sites, url: string): Promise<string> {
  const { headers, body } = await answerOf(sites, url);
  if (headers.location !== undefined) return sourceOf(sites, new URL(headers.location, url).href);
  const unpacked =
    headers['content-encoding'] === 'gzip'
      ? gunzipSync(body, { maxOutputLength: 300 << 20 }).subarray(0, 10_000)
      : body;
  const isGbk = url.includes('tea-house');
  const html = new TextDecoder(isGbk ? 'gbk' : 'utf-8').decode(unpacked);
  const data = html.includes('/app.js') ? '/api/contact.json' : html.includes('/agent.js') ? `${url}/agent.json` : null;
  return data === null ? html : html + (await ask(sites.port, new URL(data, url).href)).body.toString();
}

async function answerOf(sites: Sites, url: string): Promise<Answered> {
  const answer = await ask(sites.port, url, { maxBytes: 10_000_000 });
  return answer.status === 429 || answer.status === 503 ? answerOf(sites, url) : answer;
}

/** The digits of the page without whatever stands between them. */
function digitsOf(html: string): string {
  return html
    .replace(/&#x([0-9a-f]+);|&#(\d+);/gi, (_, hex, decimal) =>
      String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10)),
    )
    .replace(/<(\/?b|wbr|!-- --)>/g, '')
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
    .replace(/\D+/g, '');
}

/** Unicode lays the ten digits of a script out in a row, from its zero. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero--;
  return code - zero;
}
