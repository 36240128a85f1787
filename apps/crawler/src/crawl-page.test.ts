import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FleetEvent, NumfleetError, type PageJob, type RenderAdvice, untraced } from '@numfleet/contracts';
import { createDoor } from '@numfleet/egress';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { createUrlCodec } from '@numfleet/privacy';
import { sleep } from '@numfleet/service';
import { startSites } from '@numfleet/sites';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClassifyFetch } from './classify-fetch.ts';
import { createCrawlPage } from './crawl-page.ts';
import { createFetchPage, type FetchPage } from './fetch-page.ts';
import { createHoldings } from './holdings.ts';
import type { Rendered } from './page-run.ts';
import type { Reading } from './page-thread.ts';
import type { PageReader } from './read-page.ts';
import type { RenderPage } from './render-page.ts';
import { createStages } from './stages.ts';

let sites: Awaited<ReturnType<typeof startSites>>;
let door: ReturnType<typeof createDoor>;
const urls = createUrlCodec({ key: Buffer.alloc(32, 1) });

beforeAll(async () => {
  sites = await startSites();
  door = createDoor({
    hosts: parseEgressHosts(sites.egressHosts),
    contact: null,
    userAgent: 'Numfleet/test',
    emit: () => {},
  });
});
afterAll(async () => {
  await door[Symbol.asyncDispose]();
  await sites[Symbol.asyncDispose]();
});

function jobFor(url: string, changes: Partial<PageJob> = {}): PageJob {
  return {
    v: 1,
    kind: 'page',
    leaseToken: randomUUID(),
    url: urls.toWire(url),
    deadlineMs: 3_000,
    delayMs: 0,
    pageId: '7',
    campaignId: '1',
    depth: 0,
    render: 'auto',
    region: null,
    hostContext: { robots: [] },
    ...changes,
  };
}

const reading: Reading = {
  sealed: 'c2VhbGVk',
  findings: 1,
  rejected: {},
  bytes: 10,
  normalised: {},
  numberRegions: {},
  links: [],
  cuts: [],
  noindex: false,
  wantsBrowser: false,
  hasScripts: false,
  content: null,
  gained: null,
  stages: [],
};

function crawler(parts: { fetchPage?: FetchPage; renderPage?: RenderPage; read?: PageReader['read'] } = {}) {
  const stages: string[] = [];
  const emit = (event: FleetEvent) => void (event.type === 'stage.ended' && stages.push(event.stage));
  const crawlPage = createCrawlPage({
    fetchPage:
      parts.fetchPage ?? createFetchPage({ door, urls, holdings: createHoldings(() => {}), maxBytes: 1_000_000 }),
    classifyFetch: createClassifyFetch({ urls }),
    renderPage: parts.renderPage ?? (async () => ({ kind: 'failed', code: 'browser-missing' })),
    reader: { read: parts.read ?? (async () => reading), async [Symbol.asyncDispose]() {} },
    stages: createStages({ emit, tracer: untraced }),
    worker: 'crawler-1',
    emit,
  });
  return { crawlPage, stages };
}

/** What it was asked, by its headers. */
async function serve(listener: RequestListener) {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const bakery = 'http://harbour-bakery.test/';
const never = new AbortController().signal;

describe('a page job', () => {
  it('ends done, with what was sealed and when the request started', async () => {
    const { crawlPage, stages } = crawler();
    const result = await crawlPage(jobFor(bakery), never);
    expect(result).toMatchObject({
      outcome: 'done',
      code: null,
      sealed: reading.sealed,
      findings: 1,
      http: { status: 200, rendered: false },
    });
    expect(Math.abs(Date.now() - (result.requestedAt ?? 0))).toBeLessThan(3_000);
    expect(stages).toEqual(['fetch', 'read']);
  });

  it('is rendered when what was read looks unrendered, and keeps what was read when that fails', async () => {
    const { crawlPage, stages } = crawler({
      read: async () => ({ ...reading, wantsBrowser: true }),
      renderPage: async () => ({ kind: 'failed', code: 'render-timeout' }),
    });
    const result = await crawlPage(jobFor(bakery), never);
    expect(result).toMatchObject({
      outcome: 'failed',
      code: 'render-timeout',
      sealed: reading.sealed,
      http: { rendered: false },
    });
    expect(stages).toEqual(['fetch', 'read', 'render']);
  });

  const incomplete: Rendered = {
    kind: 'rendered',
    html: '<p>',
    navigatedTo: [],
    cuts: ['subresources'],
    failedRequests: 1,
    isUnfinished: false,
  };

  it.each([
    ['failed', incomplete],
    ['did not come', { ...incomplete, cuts: ['time'], failedRequests: 0, isUnfinished: true } satisfies Rendered],
  ])('whose scripts or data %s in the browser fails for now, unless something was found', async (_, rendered) => {
    const resultOf = (findings: number) =>
      crawler({ read: async () => ({ ...reading, findings }), renderPage: async () => rendered }).crawlPage(
        jobFor(bakery, { render: 'always' }),
        never,
      );
    expect(await resultOf(0)).toMatchObject({ outcome: 'failed', code: 'render-incomplete', cuts: rendered.cuts });
    expect(await resultOf(1)).toMatchObject({ outcome: 'done', code: null, cuts: rendered.cuts });
  });

  describe('that looks whole', () => {
    const whole = { ...reading, hasScripts: true };
    const job = (advice: 'static' | 'sample' | 'browser') =>
      jobFor(bakery, { hostContext: { robots: [], render: { kind: 3, advice } } });
    const complete: Rendered = { ...incomplete, cuts: [], failedRequests: 0 };
    const read: PageReader['read'] = async (_job, _fetched, rendered) => ({ ...whole, gained: rendered && true });

    it.each([
      ['static', false, { kind: 3, decision: 'looks-whole', gained: null }],
      ['sample', true, { kind: 3, decision: 'sample', gained: true }],
      ['browser', true, { kind: 3, decision: 'host', gained: true }],
    ] as const)(
      'is rendered as its host has shown (%s), and tells what came of it',
      async (advice, rendered, render) => {
        const { crawlPage } = crawler({ read, renderPage: async () => complete });
        const result = await crawlPage(job(advice), never);
        expect(result).toMatchObject({ outcome: 'done', http: { rendered }, hostEvidence: { render } });
      },
    );

    it('does not fail where it was only a sample', async () => {
      const failing = crawler({ read, renderPage: async () => ({ kind: 'failed', code: 'render-crashed' }) });
      expect(await failing.crawlPage(job('sample'), never)).toMatchObject({
        outcome: 'done',
        hostEvidence: { render: { decision: 'looks-whole', gained: null } },
      });
      expect(await failing.crawlPage(job('browser'), never)).toMatchObject({
        outcome: 'failed',
        code: 'render-crashed',
      });
    });
  });

  it('I11: is excluded, and not rendered, when it asks not to be kept', async () => {
    const { crawlPage, stages } = crawler({ read: async () => ({ ...reading, noindex: true, wantsBrowser: true }) });
    expect(await crawlPage(jobFor(bakery), never)).toMatchObject({ outcome: 'excluded', code: 'noindex' });
    expect(stages).toEqual(['fetch', 'read']);
  });

  it('is never rendered against its will', async () => {
    const { crawlPage, stages } = crawler({ read: async () => ({ ...reading, wantsBrowser: true }) });
    expect(await crawlPage(jobFor(bakery, { render: 'never' }), never)).toMatchObject({
      outcome: 'done',
    });
    expect(stages).toEqual(['fetch', 'read']);
  });

  describe('that is visited again', () => {
    const revisited = async (
      listener: RequestListener,
      revisit: PageJob['hostContext']['revisit'],
      changes: Partial<Reading> = {},
      { render = 'auto', advice }: { render?: PageJob['render']; advice?: RenderAdvice } = {},
    ) => {
      await using site = await serve(listener);
      await using own = createDoor({
        hosts: parseEgressHosts(`again.test=127.0.0.1:${site.port}`),
        contact: null,
        userAgent: 'Numfleet/test',
        emit: () => {},
      });
      const holdings = createHoldings(() => {});
      const { crawlPage, stages } = crawler({
        fetchPage: createFetchPage({ door: own, urls, holdings, maxBytes: 1_000_000 }),
        read: async () => ({ ...reading, ...changes }),
      });
      const hostContext = { robots: [], ...(advice && { render: { kind: 1, advice } }), ...(revisit && { revisit }) };
      const result = await crawlPage(jobFor('http://again.test/', { render, hostContext }), never);
      return { result, stages, asked: site.asked };
    };
    const number = '"v-4420794609"';
    const lastModified = 'Mon, 23 Nov 2026 09:00:00 GMT';
    const whole: RequestListener = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html', etag: number, 'last-modified': lastModified }).end('<p>');

    it('tells its validators where they are wanted, and I3: one that may hold a number encrypted', async () => {
      const { result } = await revisited(whole, {});
      expect(result.validators).toEqual({ etag: { c: expect.any(String) }, lastModified });
      expect(urls.fromWire(result.validators?.etag ?? expect.unreachable())).toBe(number);
      expect(JSON.stringify(result)).not.toContain('4420794609');
      expect((await revisited(whole, undefined)).result).not.toHaveProperty('validators');
      expect((await revisited(whole, {}, { noindex: true })).result).not.toHaveProperty('validators');
    });

    it('costs neither reading nor a browser when it is as it was', async () => {
      const given = { etag: urls.toWire(number), lastModified };
      const { result, stages, asked } = await revisited((_, response) => response.writeHead(304).end(), given);
      expect(asked).toEqual([expect.objectContaining({ 'if-none-match': number, 'if-modified-since': lastModified })]);
      expect(result).toMatchObject({
        outcome: 'not-modified',
        code: null,
        sealed: null,
        http: { status: 304, bytes: 0 },
      });
      expect(stages).toEqual(['fetch']);
    });

    it.each([
      [{ render: 'always' }, 0],
      [{ advice: 'sample' }, 0],
      [{ advice: 'browser' }, 0],
      [{ advice: 'static' }, 1],
    ] as const)('is wanted whole where a browser may be to read it (%o)', async (how, conditional) => {
      const { asked } = await revisited(whole, { lastModified }, {}, how);
      expect(asked.filter((headers) => 'if-modified-since' in headers)).toHaveLength(conditional);
    });

    it.each([
      ['no tag', { etag: 'unquoted' }],
      ['too long', { etag: `"${'x'.repeat(300)}"` }],
      ['beyond ASCII', { etag: '"\u00e9"' }],
      ['no date', { 'last-modified': 'yesterday' }],
    ])('does not repeat to its host what is %s', async (_, headers) => {
      const { result } = await revisited((_request, response) => response.writeHead(200, headers).end('<p>'), {});
      expect(result).toMatchObject({ outcome: 'done' });
      expect(result).not.toHaveProperty('validators');
    });

    it('tells none of the address that it was redirected to', async () => {
      const { result } = await revisited((request, response) => {
        if (request.url === '/') response.writeHead(302, { location: '/b' }).end();
        else whole(request, response);
      }, {});
      expect(result).toMatchObject({ outcome: 'done' });
      expect(result).not.toHaveProperty('validators');
    });
  });

  it('I6, G21: ends at its deadline whatever a stage does, with the code of that stage', async () => {
    const { crawlPage } = crawler();
    const startedAt = performance.now();
    const result = await crawlPage(jobFor('http://drip.test/', { deadlineMs: 700 }), never);
    expect(result).toMatchObject({ outcome: 'failed', code: 'fetch-timeout' });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('I10: a defect becomes a result with a code, not a lost page', async () => {
    const { crawlPage } = crawler({ read: async () => Promise.reject(new TypeError('a defect')) });
    expect(await crawlPage(jobFor(bakery), never)).toMatchObject({
      outcome: 'failed',
      code: 'internal-error',
    });
  });

  it('I7: aborted after its request was sent it still tells, so that the host clock hears of it', async () => {
    const stop = new AbortController();
    const { crawlPage } = crawler({
      read: async (_job, _fetched, _rendered, signal) => {
        stop.abort(new NumfleetError('aborted', 'Stopping.'));
        await sleep(10_000, signal);
        return reading;
      },
    });
    const result = await crawlPage(jobFor(bakery), stop.signal);
    expect(result).toMatchObject({ outcome: 'failed', code: 'worker-lost', requestedAt: expect.any(Number) });
  });

  it('aborted before any request it throws, so that the job can be given back', async () => {
    const stop = AbortSignal.abort(new Error('stopping'));
    await expect(crawler().crawlPage(jobFor(bakery), stop)).rejects.toThrow('stopping');
  });
});
