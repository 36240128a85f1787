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

function fetched(html: string): FetchedDocument {
  return {
    kind: 'document',
    url: 'http://shop.test/',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: Buffer.from(html),
    truncated: false,
    requestedAt: 1,
    retryAfterMs: null,
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
    const rendered = {
      kind: 'rendered',
      html: `<p>${number}`,
      navigatedTo: ['http://shop.test/next'],
      cuts: [],
    } as const;
    const reading = await reader.read(
      job,
      fetched('<div id=app></div>'),
      { ...rendered, navigatedTo: [...rendered.navigatedTo], cuts: [] },
      AbortSignal.timeout(20_000),
    );
    expect(reading).toMatchObject({ findings: 1, links: [{ url: { p: 'http://shop.test/next' } }] });
  });

  it('of a page that the browser did not finish, both are read', async () => {
    const rendered = { kind: 'rendered', html: '<p>+442079460001', navigatedTo: [], cuts: ['time'] } as const;
    const both = { ...rendered, navigatedTo: [], cuts: ['time' as const] };
    const reading = await reader.read(job, fetched(`<p>${number}`), both, AbortSignal.timeout(20_000));
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
