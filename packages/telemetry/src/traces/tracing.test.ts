import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FleetEvent, NumfleetError, spanNames, type Tracer } from '@numfleet/contracts';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, test } from 'vitest';
import { createTracing, readSpans, type SpanDestination, spanDestination, type Tracing } from '../index.ts';
import { captureLog } from '../testing/captured-log.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../testing/test-otlp-receiver.ts';

const number = '+442079460958';
const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of stack.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function receiver(...mood: Parameters<typeof startOtlpReceiver>): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver(...mood);
  stack.push(started);
  return started;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'numfleet-traces-'));
  stack.push({ [Symbol.asyncDispose]: () => rm(made, { recursive: true }) });
  return made;
}

const toCollector = (endpoint: string): SpanDestination =>
  spanDestination({ endpoint, tracesEndpoint: undefined, headers: 'authorization=Bearer%20t0ken', file: undefined });

/** The tracing of one process; what it says of itself is in `events`. */
function processOf(worker: string, destination: SpanDestination, ratio = 1): Tracing & { events: FleetEvent[] } {
  const events: FleetEvent[] = [];
  const emit = (event: FleetEvent) => void events.push(event);
  const tracing = createTracing({ service: 'crawler', worker, version: '1.2.3', ratio, destination, emit });
  return { ...tracing, events };
}

const shape = (of: OtlpReceiver) => {
  const spans = of.spans();
  const nameOf = (id: string) => spans.find(({ spanId }) => spanId === id)?.name ?? null;
  return spans.map(({ name, process, parentSpanId }) => `${nameOf(parentSpanId)} > ${name} (${process})`).sort();
};

describe('a trace', () => {
  test('is one tree over processes, whose spans say what events told them', async () => {
    const collector = await receiver();
    const scheduler = processOf('scheduler', toCollector(collector.endpoint));
    const crawler = processOf('crawler-1', toCollector(collector.endpoint));
    const sink = processOf('sink', toCollector(collector.endpoint));
    let carried: string | undefined;
    await scheduler.tracer.span('dispatch', { 'numfleet.page.id': '12345678' }, async () => {
      carried = scheduler.tracer.traceparent();
    });
    await crawler.tracer.continueTrace(carried, () =>
      crawler.tracer.span('crawl', { 'numfleet.queue.seconds': 0.25 }, async () => {
        await crawler.tracer.span('fetch', {}, async () => {
          crawler.observe({ type: 'egress.request', status: 301, code: null, seconds: 0.1, bytes: 0 });
          crawler.observe({ type: 'egress.request', status: 200, code: null, seconds: 0.2, bytes: 12_345_678 });
        });
        crawler.tracer.record('parse', {}, { startedAt: Date.now() - 50, seconds: 0.05 });
        crawler.observe({
          type: 'page.read',
          pageId: '12345678',
          findings: 3,
          rejected: {},
          normalised: {},
          bytes: 1,
          seconds: 0.01,
        });
        crawler.observe({ type: 'page.crawled', pageId: '12345678', outcome: 'done', code: 'too-large', seconds: 1 });
        carried = crawler.tracer.traceparent();
      }),
    );
    await sink.tracer.continueTrace(carried, () => sink.tracer.span('commit', {}, async () => {}));
    for (const one of [scheduler, crawler, sink]) await one[Symbol.asyncDispose]();

    expect(shape(collector)).toEqual([
      'crawl > commit (sink)',
      'crawl > fetch (crawler-1)',
      'crawl > parse (crawler-1)',
      'dispatch > crawl (crawler-1)',
      'fetch > request (crawler-1)',
      'fetch > request (crawler-1)',
      'null > dispatch (scheduler)',
    ]);
    const spans = collector.spans();
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(spans.find(({ name }) => name === 'crawl')).toMatchObject({
      attributes: {
        'numfleet.queue.seconds': 0.25,
        'numfleet.findings': 3,
        'numfleet.outcome': 'done',
        'numfleet.page.code': 'too-large',
      },
      status: { code: 0, message: '' },
    });
    expect(spans.findLast(({ name }) => name === 'request')?.attributes).toEqual({
      'http.response.status_code': 200,
      'http.response.body.size': 12_345_678,
    });
    expect(collector.requests()[0]?.headers).toMatchObject({ authorization: 'Bearer t0ken' });
  });

  test('two pieces of work at once do not mix, and a link names another trace', async () => {
    const collector = await receiver();
    const { tracer, ...process } = processOf('sink', toCollector(collector.endpoint));
    const batch = Promise.withResolvers<string | undefined>();
    const item = () =>
      tracer.span('commit', {}, async () => {
        const own = tracer.traceparent();
        tracer.link(await batch.promise);
        expect(tracer.traceparent()).toBe(own);
      });
    const items = [item(), item()];
    await tracer.continueTrace(undefined, () =>
      tracer.span('commit-batch', {}, async () => batch.resolve(tracer.traceparent())),
    );
    await Promise.all(items);
    await process[Symbol.asyncDispose]();
    const spans = collector.spans();
    const { spanId } = spans.find(({ name }) => name === 'commit-batch') ?? {};
    const commits = spans.filter(({ name }) => name === 'commit');
    expect(commits.map(({ links }) => links.map((link) => link.spanId))).toEqual([[spanId], [spanId]]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(3);
  });

  test('the lines of a log say which span they were written in, while it lasts', async () => {
    const { tracer, ...process } = processOf('crawler-1', { kind: 'none' });
    const { logger, lines } = captureLog();
    const outlived = Promise.withResolvers<void>();
    let late: Promise<void> | undefined;
    let ids: string | undefined;
    logger.info('before');
    await tracer.span('crawl', {}, async () => {
      ids = tracer.traceparent();
      logger.info('within');
      late = outlived.promise.then(() => logger.info('of what outlives it'));
    });
    outlived.resolve();
    await late;
    await process[Symbol.asyncDispose]();
    const [, traceId, spanId] = ids?.split('-') ?? [];
    const told = lines().map((line) => [line.msg, line.traceId, line.spanId]);
    expect(told).toEqual([
      ['before', undefined, undefined],
      ['within', traceId, spanId],
      ['of what outlives it', undefined, undefined],
    ]);
  });
});

describe('I3, G13: no number leaves in a span', () => {
  /** Every way by which text could get into a span, past the types. */
  async function plant(tracer: Tracer): Promise<void> {
    const thrown = Object.assign(new Error(`found ${number}`, { cause: new Error(number) }), { code: number });
    const attributes = {
      'numfleet.outcome': `call ${number}`,
      'numfleet.job.id': number,
      'numfleet.page.id': number,
      'numfleet.findings': number,
      'url.full': `http://shop.test/${number}`,
      [number]: 1,
      'exception.message': number,
    } as object;
    await tracer.span(number as 'crawl', attributes, async () => Promise.reject(thrown)).catch(() => {});
    await tracer
      .span('fetch', attributes, async () => {
        throw new NumfleetError(number as 'aborted', number);
      })
      .catch(() => {});
    tracer.record('parse', { 'numfleet.error.code': number }, { startedAt: Date.now(), seconds: 0 });
  }

  test('whatever is put into it; what was taken out is counted', async () => {
    const collector = await receiver();
    const file = path.join(await folder(), 'crawler-1.jsonl');
    for (const destination of [toCollector(collector.endpoint), { kind: 'file', file } as const]) {
      const process = processOf('crawler-1', destination);
      await plant(process.tracer);
      await process[Symbol.asyncDispose]();
      const counted = process.events.map((event) => (event.type === 'redaction' ? event.count : 0));
      expect(counted.reduce((sum, count) => sum + count)).toBeGreaterThan(12);
    }
    const bodies = Buffer.concat(collector.requests().map(({ body }) => body)).toString('latin1');
    for (const text of [bodies, await readFile(file, 'utf8')]) {
      expect(text).not.toContain('7946');
      expect(text).toContain('[phone]');
    }
    expect(collector.spans().map(({ name }) => name)).toEqual(['unknown', 'fetch', 'parse']);
    expect(collector.spans().map(({ status }) => status?.message)).toEqual(['internal-error', '', '']);
    for (const { events, attributes } of collector.spans()) {
      expect(events).toEqual([]);
      expect(Object.keys(attributes).filter((key) => !/^(numfleet\.(outcome|job\.id|error\.code))$/.test(key))).toEqual(
        [],
      );
    }
  });

  test('negative control: the same OpenTelemetry without our exporter lets it out', async () => {
    const collector = await receiver();
    const exporter = new OTLPTraceExporter({ url: `${collector.endpoint}/v1/traces` });
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const span = provider.getTracer('x').startSpan('crawl', { attributes: { 'url.full': number } });
    span.recordException(new Error(number));
    span.end();
    await provider.shutdown();
    const [received] = collector.spans();
    expect(received?.attributes['url.full']).toBe(number);
    expect(received?.events[0]?.attributes.map(({ value }) => value?.stringValue)).toContain(number);
  });
});

describe('sampling', () => {
  async function crawl({ tracer, observe }: Tracing, parent: string | undefined, code: 'dns-failed' | null) {
    return await tracer.continueTrace(parent, () =>
      tracer.span('crawl', {}, async () => {
        await tracer.span('fetch', {}, async () => {});
        const before = tracer.traceparent();
        observe({ type: 'page.crawled', pageId: '1', outcome: code ? 'failed' : 'done', code, seconds: 1 });
        return { before, after: tracer.traceparent() };
      }),
    );
  }

  test('errors are kept whatever the ratio, with all of their trace in this process, and what follows them', async () => {
    const collector = await receiver();
    const crawler = processOf('crawler-1', toCollector(collector.endpoint), 0);
    const sink = processOf('sink', toCollector(collector.endpoint), 0);
    const went = await crawl(crawler, undefined, null);
    const failed = await crawl(crawler, undefined, 'dns-failed');
    expect([went.before, went.after, failed.before, failed.after].map((parent) => parent?.slice(-2))).toEqual([
      '00',
      '00',
      '00',
      '01',
    ]);
    for (const parent of [went.after, failed.after]) {
      await sink.tracer.continueTrace(parent, () => sink.tracer.span('commit', {}, async () => {}));
    }
    await crawler[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
    expect(shape(collector)).toEqual([
      'crawl > commit (sink)',
      'crawl > fetch (crawler-1)',
      'null > crawl (crawler-1)',
    ]);
    expect(new Set(collector.spans().map(({ traceId }) => traceId))).toEqual(new Set([failed.after?.split('-')[1]]));
    expect(collector.spans().find(({ name }) => name === 'crawl')?.status).toEqual({ code: 2, message: 'dns-failed' });
  });

  test('the ratio is that of traces, and a parent decides for its children', async () => {
    const collector = await receiver();
    const crawler = processOf('crawler-1', toCollector(collector.endpoint), 0.5);
    for (let trace = 0; trace < 1_000; trace += 1) await crawl(crawler, undefined, null);
    await crawler[Symbol.asyncDispose]();
    const kept = new Set(collector.spans().map(({ traceId }) => traceId)).size;
    expect(kept).toBeGreaterThan(400);
    expect(kept).toBeLessThan(600);
    expect(collector.spans().length).toBe(2 * kept);
  });
});

describe('I8: a destination that does not take spans', () => {
  test.each(['stalls', 'drips', 'refuses', 'is not there'] as const)(
    'a collector that %s delays nothing, and what it did not get is counted',
    async (mood) => {
      const endpoint = mood === 'is not there' ? 'http://127.0.0.1:9' : (await receiver(mood)).endpoint;
      const process = processOf('crawler-1', toCollector(endpoint));
      const spans = 10_000;
      const began = performance.now();
      for (let span = 0; span < spans; span += 1) await process.tracer.span('crawl', {}, async () => {});
      const worked = performance.now() - began;
      await process[Symbol.asyncDispose]();
      const ended = performance.now() - began - worked;
      const drops = process.events.filter((event) => event.type === 'spans.dropped');
      expect(worked).toBeLessThan(8_000);
      expect(ended).toBeLessThan(8_000);
      expect(drops.reduce((sum, { count }) => sum + count, 0)).toBe(spans);
      expect(drops.filter(({ again }) => !again)).toHaveLength(1);
      expect(drops.map(({ reason }) => reason)).toContain('queue-full');
    },
    40_000,
  );

  test('one that does gets all that waits when the process stops', async () => {
    const collector = await receiver();
    const process = processOf('crawler-1', toCollector(collector.endpoint));
    for (let span = 0; span < 1_200; span += 1) await process.tracer.span('crawl', {}, async () => {});
    await process[Symbol.asyncDispose]();
    expect(collector.spans()).toHaveLength(1_200);
    expect(process.events).toEqual([]);
  });

  test('a file that cannot be written likewise', async () => {
    const process = processOf('crawler-1', { kind: 'file', file: '/dev/null/traces/crawler-1.jsonl' });
    await process.tracer.span('crawl', {}, async () => {});
    await process[Symbol.asyncDispose]();
    expect(process.events).toEqual([{ type: 'spans.dropped', reason: 'export-failed', count: 1, again: false }]);
  });
});

describe('trace files', () => {
  test('hold what a collector gets, readable by their owner alone, and are found by trace and attribute', async () => {
    const traces = await folder();
    const process = processOf('crawler-1', { kind: 'file', file: path.join(traces, 'sub', 'crawler-1.jsonl') });
    const { tracer } = process;
    let ids: string | undefined;
    await tracer.span('crawl', { 'numfleet.page.id': '12345678' }, async () => {
      ids = tracer.traceparent();
      process.observe({ type: 'page.crawled', pageId: '12345678', outcome: 'failed', code: 'dns-failed', seconds: 1 });
    });
    for (const name of spanNames) await tracer.span(name, {}, async () => {});
    await process[Symbol.asyncDispose]();
    const file = path.join(traces, 'sub', 'crawler-1.jsonl');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const traceId = ids?.split('-')[1] ?? '';
    const [span, ...others] = await readSpans(path.join(traces, 'sub'), { traceId });
    expect(others).toEqual([]);
    expect(span).toMatchObject({ traceId, parentId: null, name: 'crawl', process: 'crawler-1', ok: false, links: [] });
    expect(span?.attributes).toMatchObject({ 'numfleet.error.code': 'dns-failed', 'numfleet.outcome': 'failed' });
    expect(await readSpans(path.join(traces, 'sub'), { attribute: 'numfleet.page.id', value: '12345678' })).toEqual([
      span,
    ]);
    expect(await readSpans(path.join(traces, 'sub'), { attribute: 'numfleet.page.id', value: '1234567' })).toEqual([]);
    expect(await readSpans(path.join(traces, 'elsewhere'), { traceId })).toEqual([]);
  });

  test('I8: they are bounded, and the newest spans are there', async () => {
    const traces = await folder();
    const file = path.join(traces, 'sink.jsonl');
    const maxBytes = 20_000;
    for (let run = 0; run < 20; run += 1) {
      const process = processOf('sink', { kind: 'file', file, maxBytes });
      for (let span = 0; span < 20; span += 1) {
        await process.tracer.span('commit', { 'numfleet.job.id': `lease-${run}-${span}` }, async () => {});
      }
      await process[Symbol.asyncDispose]();
    }
    expect((await readdir(traces)).toSorted()).toEqual(['sink.jsonl', 'sink.jsonl.1']);
    for (const name of await readdir(traces)) {
      expect((await stat(path.join(traces, name))).size).toBeLessThanOrEqual(maxBytes);
    }
    const find = (id: string) => readSpans(traces, { attribute: 'numfleet.job.id', value: id });
    expect(await find('lease-19-19')).toHaveLength(1);
    expect(await find('lease-0-0')).toEqual([]);
  });
});
