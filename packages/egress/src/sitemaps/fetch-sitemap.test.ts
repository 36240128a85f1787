import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openDoor, startSite } from '../testing/sites.ts';
import { fetchSitemap } from './fetch-sitemap.ts';
import { sitemapMaxBytes } from './parse-sitemap.ts';

async function fetchFrom(listener: RequestListener, changes: Partial<Parameters<typeof fetchSitemap>[0]> = {}) {
  await using site = await startSite(listener);
  await using door = openDoor(`*.test=127.0.0.1:${site.port}`);
  const limits = { delayMs: 0, robots: [], deadlineAt: Date.now() + 5_000, signal: AbortSignal.timeout(5_000) };
  const result = await fetchSitemap({ door, url: 'http://shop.test/sitemap.xml', ...limits, ...changes });
  return { result, requests: site.requests };
}

const sitemap = '<urlset><url><loc>http://shop.test/a</loc></url></urlset>';
const index = '<sitemapindex><sitemap><loc>http://shop.test/1.xml</loc></sitemap></sitemapindex>';

describe('a sitemap', () => {
  test('is read, and an index gives further sitemaps', async () => {
    const { result } = await fetchFrom((_, response) => response.end(sitemap));
    expect(result).toEqual({
      ...{ outcome: 'done', code: null, status: 200, bytes: sitemap.length, cuts: [], retryAfterMs: null },
      ...{ pages: ['http://shop.test/a'], sitemaps: [], base: 'http://shop.test/sitemap.xml', moved: false },
      requestedAt: expect.any(Number),
      latencyMs: expect.any(Number),
      address: '127.0.0.1',
    });
    const listed = await fetchFrom((_, response) => response.end(index));
    expect(listed.result).toMatchObject({ outcome: 'done', pages: [], sitemaps: ['http://shop.test/1.xml'] });
  });

  test('is unpacked, as a file, as an encoding and as both', async () => {
    const packed = gzipSync(sitemap);
    for (const [body, headers] of [
      [packed, {}],
      [packed, { 'content-type': 'application/x-gzip' }],
      [packed, { 'content-encoding': 'gzip' }],
      [gzipSync(packed), { 'content-encoding': 'gzip', 'content-type': 'application/gzip' }],
    ] as const) {
      const { result } = await fetchFrom((_, response) => response.writeHead(200, headers).end(body));
      expect(result).toMatchObject({ outcome: 'done', pages: ['http://shop.test/a'] });
    }
    const { result } = await fetchFrom((_, response) => response.end(Buffer.concat([packed.subarray(0, 20), packed])));
    expect(result).toMatchObject({ outcome: 'failed', code: 'malformed-response', pages: [] });
  });

  test.each([
    [404, {}, 'excluded', 'no-sitemap'],
    [410, {}, 'excluded', 'no-sitemap'],
    [429, {}, 'throttled', 'throttled'],
    [503, { 'retry-after': '9' }, 'throttled', 'throttled'],
    [503, {}, 'failed', 'http-server-error'],
    [200, {}, 'excluded', 'no-sitemap'],
  ])('%i %j is %s', async (status, headers, outcome, code) => {
    const { result } = await fetchFrom((_, response) => response.writeHead(status, headers).end('<html>Not here'));
    expect(result).toMatchObject({ outcome, code, status, pages: [], sitemaps: [] });
  });

  test('I7: moved within its origin it is followed, to another one it is handed on', async () => {
    const moved = await fetchFrom((request, response) =>
      request.url === '/2.xml' ? response.end(sitemap) : response.writeHead(301, { location: '/2.xml' }).end(),
    );
    expect(moved.result).toMatchObject({ outcome: 'done', base: 'http://shop.test/2.xml', pages: { length: 1 } });
    const location = 'http://www.shop.test/sitemap.xml';
    const away = await fetchFrom((_, response) => response.writeHead(301, { location }).end());
    expect(away.result).toMatchObject({ outcome: 'done', sitemaps: [location], pages: [] });
    expect(away.requests).toHaveLength(1);
  });
});

describe('I8, G12: a bomb', () => {
  test('is read up to 50 MiB unpacked, without being in memory, and says so', async () => {
    const head = '<urlset><url><loc>http://shop.test/a</loc></url>';
    const bomb = gzipSync(Buffer.concat([Buffer.from(head), Buffer.alloc(2 * sitemapMaxBytes, ' ')]));
    expect(bomb.length).toBeLessThan(200_000);
    const before = process.memoryUsage().rss;
    const { result } = await fetchFrom((_, response) => response.writeHead(200).end(bomb));
    expect(result).toMatchObject({
      ...{ outcome: 'done', code: 'too-large', cuts: ['body'], bytes: sitemapMaxBytes },
      pages: ['http://shop.test/a'],
    });
    // The file is made and unpacked in this very process; what it holds of it is the file itself and chunks.
    expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1_048_576);
  });

  test('of text without an end is given up at the limit of what is received', async () => {
    const line = Buffer.from('http://shop.test/a\n'.repeat(50_000));
    const { result, requests } = await fetchFrom((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(line)) {
          // Until its buffer is full.
        }
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(requests).toHaveLength(1);
    expect(result).toMatchObject({ outcome: 'done', code: 'too-large', pages: ['http://shop.test/a'] });
  });

  test('I6: one that drips is given up at its deadline', async () => {
    const { result } = await fetchFrom((_, response) => void response.write('<urlset>'), {
      deadlineAt: Date.now() + 300,
      signal: AbortSignal.timeout(300),
    });
    expect(result).toMatchObject({ outcome: 'failed', code: 'fetch-timeout', pages: [] });
  });
});
