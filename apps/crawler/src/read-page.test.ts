import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PageJob, untraced } from '@numfleet/contracts';
import { generateKeys, loadInsideKeys, openFindings } from '@numfleet/privacy/inside';
import { reveal } from '@numfleet/privacy/reveal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FetchedDocument } from './fetch-page.ts';
import { createHoldings } from './holdings.ts';
import type { Rendered } from './page-run.ts';
import { createPageReader, type PageReader } from './read-page.ts';
import { createStages } from './stages.ts';

const number = '+442079460958';
let folder: string;
let privateKey: Buffer;
let reader: PageReader;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'numfleet-reader-'));
  await generateKeys(folder);
  const keys = await loadInsideKeys(folder, ['sealing-public', 'sealing-private', 'url']);
  privateKey = keys['sealing-private'];
  reader = createPageReader({
    holdings: createHoldings(() => {}),
    keys: { sealingPublic: keys['sealing-public'], url: keys.url },
    threads: 1,
    stages: createStages({ emit: () => {}, tracer: untraced }),
  });
});
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const job: PageJob = {
  v: 1,
  kind: 'page',
  leaseToken: randomUUID(),
  url: { p: 'http://shop.test/' },
  deadlineMs: 1_000,
  delayMs: 0,
  pageId: '7',
  campaignId: '1',
  depth: 0,
  render: 'auto',
  region: null,
  hostContext: { robots: [] },
};

function renderedAs(html: string): Rendered {
  return { kind: 'rendered', html, navigatedTo: [], cuts: [], failedRequests: 0, isUnfinished: false };
}

function fetched(html: string): FetchedDocument {
  return {
    kind: 'document',
    url: 'http://shop.test/',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: Buffer.from(html),
    truncated: false,
    unchanged: false,
    requestedAt: 1,
    retryAfterMs: null,
    latencyMs: null,
    hops: 0,
  };
}

describe('stages 3.3 to 3.5', () => {
  it('I3: only ciphertext, counts and links leave the thread', async () => {
    const html = `<p>Call ${number} <a href="/call/02079460958">or this</a> <a href="/about">about</a>`;
    const reading = await reader.read(job, fetched(html), null, AbortSignal.timeout(20_000));
    expect(JSON.stringify(reading)).not.toContain('2079460958');
    expect(reading).toMatchObject({
      findings: 1,
      links: [{ url: { c: expect.any(String) } }, { url: { p: 'http://shop.test/about' } }],
    });
    const context = { pageId: job.pageId, leaseToken: job.leaseToken };
    const opened = await openFindings({ privateKey, context, sealed: reading.sealed ?? '' });
    expect(opened.map((finding) => reveal(finding.number))).toEqual([number]);
  });

  it('what the browser made of the page is read in place of what was fetched', async () => {
    const rendered = { ...renderedAs(`<p>${number}`), navigatedTo: ['http://shop.test/next'] };
    const reading = await reader.read(job, fetched('<div id=app></div>'), rendered, AbortSignal.timeout(20_000));
    expect(reading).toMatchObject({ findings: 1, links: [{ url: { p: 'http://shop.test/next' } }] });
  });

  it('I3: whether the browser found more is told, and nothing else of what it found', async () => {
    const gainedBy = async (html: string, rendered: string) => {
      const { gained } = await reader.read(job, fetched(html), renderedAs(rendered), AbortSignal.timeout(20_000));
      return gained;
    };
    expect(await gainedBy(`<p>${number}`, `<p>+44 20 7946 0958 and <p>more`)).toBe(false);
    expect(await gainedBy(`<p>${number}`, `<p>${number}<p>+442079460001`)).toBe(true);
    expect(await gainedBy(`<p>${number}<p>+442079460001`, '<p>')).toBe(false);
    expect(await reader.read(job, fetched(`<p>${number}`), null, AbortSignal.timeout(20_000))).toMatchObject({
      gained: null,
    });
  });

  it('G31: a national number is read by the international ones that its host had on other pages of the campaign', async () => {
    const page = (host: string, html: string) => ({ ...fetched(html), url: `http://${host}/` });
    const foundOn = async (host: string, html: string, campaignId: string) => {
      const reading = await reader.read({ ...job, campaignId }, page(host, html), null, AbortSignal.timeout(20_000));
      return reading.findings;
    };
    const national = '<p>Call 020 7946 0958';
    expect(await foundOn('offices.test', national, '31')).toBe(0);
    expect(await foundOn('offices.test', '<p>Head office: +44 113 496 0000', '31')).toBe(1);
    expect(await foundOn('offices.test', national, '31')).toBe(1);
    expect(await foundOn('elsewhere.test', national, '31')).toBe(0);
    expect(await foundOn('offices.test', national, '32')).toBe(0);
  });

  it.each([
    ['its meta robots', '<meta name=robots content=noindex>', {}],
    ['meta of our name', '<meta name=numfleet content="noindex">', {}],
    ['its header', '', { 'x-robots-tag': 'noindex' }],
  ])('I11: a page that asks by %s not to be kept gives its links and no numbers', async (_, head, headers) => {
    const page = fetched(`${head}<p>${number} <a href="/about">about</a>`);
    const asking = { ...page, headers: { ...page.headers, ...headers } };
    const reading = await reader.read(job, asking, null, AbortSignal.timeout(20_000));
    expect(reading).toMatchObject({ noindex: true, findings: 0, sealed: null, links: { length: 1 } });
  });

  it('I11: one that asks by its header that its links be not followed gives none, and its numbers', async () => {
    const page = fetched(`<p>${number} <a href="/about">about</a>`);
    const asking = { ...page, headers: { ...page.headers, 'x-robots-tag': 'otherbot: noindex, numfleet: nofollow' } };
    const reading = await reader.read(job, asking, null, AbortSignal.timeout(20_000));
    expect(reading).toMatchObject({ noindex: false, findings: 1, links: [] });
  });

  it('I8: a link of a megabyte is left out, and said to be', async () => {
    const html = `<a href="/about">a</a><a href="/${'x'.repeat(1_000_000)}">b</a>`;
    const reading = await reader.read(job, fetched(html), null, AbortSignal.timeout(20_000));
    expect(reading).toMatchObject({ links: [{ url: { p: 'http://shop.test/about' } }], cuts: ['links'] });
    const whole = await reader.read(job, fetched('<a href="/about">a</a>'), null, AbortSignal.timeout(20_000));
    expect(whole.cuts).toEqual([]);
  });

  it('of a page that the browser did not finish, both are read', async () => {
    const rendered: Rendered = { ...renderedAs('<p>+442079460001'), cuts: ['time'] };
    const reading = await reader.read(job, fetched(`<p>${number}`), rendered, AbortSignal.timeout(20_000));
    expect(reading).toMatchObject({ findings: 2 });
  });

  it('I6: reading that does not end is ended from outside, and the next page is read', async () => {
    // Near-misses are the slowest thing that is known: seconds a MiB (packages/extract).
    const slow = fetched(`<p>${'123 456 789<br>'.repeat(700_000)}`);
    const startedAt = performance.now();
    await expect(reader.read(job, slow, null, AbortSignal.timeout(300))).rejects.toMatchObject({
      code: 'extract-timeout',
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await reader.read(job, fetched(`<p>${number}`), null, AbortSignal.timeout(20_000))).toMatchObject({
      findings: 1,
    });
  });
});
