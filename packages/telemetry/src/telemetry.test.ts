import type { FleetEvent } from '@numfleet/contracts';
import { describe, expect, test } from 'vitest';
import { createTelemetry, labelValues, metricTable } from './index.ts';
import { captureLog } from './testing/captured-log.ts';

/** One of each type; the compiler holds that none is missing. */
const events: { [Type in FleetEvent['type']]: Extract<FleetEvent, { type: Type }> } = {
  'service.started': { type: 'service.started', adminPort: 9_400 },
  'service.ready': { type: 'service.ready' },
  'service.draining': { type: 'service.draining', reason: 'SIGTERM' },
  'service.stopped': { type: 'service.stopped', reason: 'SIGTERM', exitCode: 0 },
  'service.failed': { type: 'service.failed', code: 'postgres-failed', error: new Error('gone') },
  'job.taken': { type: 'job.taken', queue: 'crawl', jobId: 'lease-1' },
  'job.ended': { type: 'job.ended', queue: 'crawl', jobId: 'lease-1', ending: 'done', seconds: 1.5 },
  'jobs.accounted': {
    type: 'jobs.accounted',
    taken: 2,
    endings: { done: 1, failed: 0, 'given-back': 0, 'dead-letter': 0 },
    difference: 1,
  },
  'job.dead-lettered': { type: 'job.dead-lettered', queue: 'results', jobId: 'lease-1', code: 'seal-invalid' },
  'job.errored': {
    type: 'job.errored',
    queue: 'crawl',
    jobId: 'lease-1',
    code: 'internal-error',
    error: new Error('x'),
  },
  'job.outlived': { type: 'job.outlived', resource: 'thread', held: 1 },
  'connection.evicted': { type: 'connection.evicted', pool: 'queue', reason: 'no-answer' },
  'queue.error': { type: 'queue.error', queue: 'crawl', error: 'no Error at all' },
  'queue.worker-renewed': { type: 'queue.worker-renewed', queue: 'crawl' },
  'queue.unverified': { type: 'queue.unverified' },
  'queue.user-shared': { type: 'queue.user-shared' },
  'numbering.loaded': { type: 'numbering.loaded', version: '1.13.16', releasedAt: 1_794_268_800_000 },
  'stage.ended': { type: 'stage.ended', stage: 'fetch', pageId: '17', seconds: 0.25, ok: true },
  'page.crawled': { type: 'page.crawled', pageId: '17', outcome: 'done', code: null, seconds: 2 },
  'page.render-decided': { type: 'page.render-decided', pageId: '17', decision: 'sample', gained: false },
  'page.cut': { type: 'page.cut', pageId: '17', cut: 'body' },
  'page.read': {
    type: 'page.read',
    pageId: '17',
    findings: 3,
    rejected: { date: 2, sequence: 1 },
    normalised: { sign: 1 },
    bytes: 20_000,
    seconds: 0.02,
  },
  'robots.read': { type: 'robots.read', originId: '5', outcome: 'fetched' },
  'sitemap.read': { type: 'sitemap.read', pageId: '7', outcome: 'done', code: null, pages: 3, sitemaps: 1 },
  'egress.request': { type: 'egress.request', status: 204, code: null, seconds: 0.1, bytes: 12_345_678 },
  'egress.refused': { type: 'egress.refused', reason: 'private-address' },
  'egress.resolved': { type: 'egress.resolved', result: 'stale' },
  'egress.waiting': { type: 'egress.waiting', requests: 17 },
  'browser.started': { type: 'browser.started', pid: 4_000_001, seconds: 0.5, sandboxed: true },
  'browser.ended': { type: 'browser.ended', pid: 4_000_001, reason: 'crashed' },
  'browser.paused': { type: 'browser.paused', crashes: 3, inMs: 1_000 },
  'browsers.measured': {
    type: 'browsers.measured',
    ...{ state: 'serving', processes: 7, rssBytes: 1_234_567_890, cpuSeconds: 12.5 },
  },
  'browser.hung': { type: 'browser.hung', stage: 'heartbeat', timeoutMs: 5_000 },
  'loop.failed': { type: 'loop.failed', loop: 'dispatch', code: 'postgres-failed', error: new Error('gone') },
  'request.failed': {
    type: 'request.failed',
    route: '/api/v1/campaigns',
    code: 'postgres-failed',
    error: new Error('x'),
  },
  'request.rejected': { type: 'request.rejected', reason: 'chunked' },
  'reveals.unusual': { type: 'reveals.unusual', times: 11, numbers: 1_234_567, refused: false },
  'request.abandoned': { type: 'request.abandoned', route: '/api/v1/campaigns' },
  'dispatch.claimed': { type: 'dispatch.claimed', pages: 4, robots: 1, leased: 9, window: 20 },
  'dispatch.excluded': { type: 'dispatch.excluded', code: 'robots-disallowed', pages: 2 },
  'lease.expired': { type: 'lease.expired', verdict: 'poison', count: 1 },
  'pages.due-again': { type: 'pages.due-again', pages: 5 },
  'campaign.finished': { type: 'campaign.finished', campaignId: '12345678' },
  'filter.changed': { type: 'filter.changed', campaignId: '12345678', generation: 2, state: 'trial', keys: 5_000 },
  'filter.judged': {
    ...{
      type: 'filter.judged',
      campaignId: '12345678',
      generation: 2,
      rate: 0.01,
      usual: 0.001,
      answers: 500,
      wrong: 5,
    },
  },
  'filter.alarmed': {
    ...{ type: 'filter.alarmed', campaignId: '12345678', generation: 2, rule: 'deviation', rate: 0.9, usual: 0.001 },
  },
  'breaker.changed': { type: 'breaker.changed', hostId: '12345678', from: 'closed', to: 'open', reason: 'throttled' },
  'host.refused': { type: 'host.refused', hostId: '12345678', reason: 'blocked' },
  'host.asked-while-open': { type: 'host.asked-while-open', hostId: '12345678', requests: 1 },
  'host.stalled': { type: 'host.stalled', pages: 3 },
  'clock.stepped': { type: 'clock.stepped', stepMs: -3_600_000 },
  'dispatch.held': { type: 'dispatch.held', queue: 'results', seconds: 0.5 },
  'counts.audited': { type: 'counts.audited', campaignId: '12345678', difference: 1, seconds: 0.5 },
  'commit.batch': { type: 'commit.batch', results: 7, seconds: 0.02 },
  'commit.result': {
    ...{ type: 'commit.result', verdict: 'committed', numbers: 3, sightings: 5, suppressed: 1, links: 8, unseen: 1 },
  },
  'findings.expired': { type: 'findings.expired', numbers: 3, sightings: 5 },
  'audit.sealed': { type: 'audit.sealed', events: 12, lagSeconds: 0.25 },
  'audit.anchored': { type: 'audit.anchored', seq: 12_345_678, head: '00f067aa0ba902b7a3ce929d0e0e4736' },
  'audit.broken': { type: 'audit.broken', seq: 12_345_678 },
  'process.spawned': { type: 'process.spawned', process: 'crawler-2', pid: 123 },
  'process.exited': {
    type: 'process.exited',
    process: 'crawler-2',
    pid: 123,
    exitCode: null,
    signal: 'SIGKILL',
    asked: false,
  },
  'process.restarting': { type: 'process.restarting', process: 'crawler-2', reason: 'killed', inMs: 500 },
  'spans.dropped': { type: 'spans.dropped', reason: 'queue-full', count: 3, again: false },
  redaction: { type: 'redaction', sink: 'trace', count: 2 },
};

function setUp() {
  const captured = captureLog();
  const telemetry = createTelemetry({ service: 'crawler', logger: captured.logger });
  const sample = async (name: string, labels: string) => {
    const { text } = await telemetry.expose();
    const line = text.split('\n').find((one) => one.startsWith(`${name}{${labels}`));
    return line === undefined ? null : Number(line.split(' ').at(-1));
  };
  return { ...captured, ...telemetry, sample };
}

describe('I12: every event is told', () => {
  test.each(Object.values(events))('$type in one log line that names it, with all its fields', (event) => {
    const { emit, lines } = setUp();
    emit(event);
    const { type, error, pid: childPid, ...fields } = { error: undefined, pid: undefined, ...event };
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({ event: type, msg: expect.stringMatching(/\.$/), ...fields });
    expect(lines()[0]?.childPid).toBe(childPid);
    expect(lines()[0]?.err !== undefined).toBe(error !== undefined);
  });

  test('what went wrong is an error in the log, what was asked for is not', () => {
    const { emit, lines } = setUp();
    emit(events['process.exited']);
    emit({ ...events['process.exited'], asked: true });
    emit(events['service.stopped']);
    emit({ ...events['service.stopped'], exitCode: 1 });
    emit(events['jobs.accounted']);
    emit({ ...events['jobs.accounted'], difference: 0 });
    expect(lines().map((line) => line.level)).toEqual(['error', 'info', 'info', 'error', 'error', 'info']);
  });
});

describe('metrics', () => {
  test('each event is counted under its metric', async () => {
    const { emit, gauges, sample } = setUp();
    for (const event of Object.values(events)) emit(event);
    gauges.queueDepth('results', 'waiting', 12);
    gauges.jobsInFlight('crawl', 4);
    gauges.browsers(2);
    const service = 'service="crawler"';
    const expected: [string, string, number][] = [
      ['numfleet_service_ready', service, 0],
      ['numfleet_jobs_taken_total', `queue="crawl",${service}`, 1],
      ['numfleet_jobs_ended_total', `queue="crawl",ending="done",${service}`, 1],
      ['numfleet_job_duration_seconds_sum', `${service},queue="crawl",ending="done"`, 1.5],
      ['numfleet_jobs_unaccounted', service, 1],
      ['numfleet_dead_letters_total', `queue="results",code="seal-invalid",${service}`, 1],
      ['numfleet_pages_crawled_total', `outcome="done",code="none",${service}`, 1],
      ['numfleet_candidates_rejected_total', `reason="date",${service}`, 2],
      ['numfleet_numbering_metadata_released_timestamp_seconds', service, 1_794_268_800],
      ['numfleet_egress_requests_total', `status="2xx",code="none",${service}`, 1],
      ['numfleet_egress_received_bytes_total', service, 12_345_678],
      ['numfleet_leased_pages', service, 9],
      ['numfleet_dispatched_total', `kind="page",${service}`, 4],
      ['numfleet_sightings_committed_total', service, 5],
      ['numfleet_processes_exited_total', `process="crawler",asked="false",${service}`, 1],
      ['numfleet_redactions_total', `sink="trace",${service}`, 2],
      ['numfleet_queue_jobs', `queue="results",state="waiting",${service}`, 12],
      ['numfleet_jobs_in_flight', `queue="crawl",${service}`, 4],
      ['numfleet_browsers_running', service, 2],
    ];
    for (const [name, labels, value] of expected) expect(await sample(name, labels), `${name}{${labels}}`).toBe(value);
  });

  test('G13: what is redacted in the log is counted', async () => {
    const { logger, sample } = setUp();
    logger.info('call +44 20 7946 0958 or 020 7946 0000');
    logger.child({ number: '+442079460958' }).info('and nothing here');
    expect(await sample('numfleet_redactions_total', 'sink="log"')).toBe(3);
  });

  test('I8, G13: no label takes a value from outside its set, not even a cast one', async () => {
    const { emit, registry, expose, lines } = setUp();
    const forged = JSON.parse(
      JSON.stringify(events).replaceAll(
        /"(crawl|results|done|body|fetch|date|crawler-2|[a-z]+-[a-z]+)"/g,
        '"+442079460958"',
      ),
    );
    for (const [type, event] of Object.entries(forged)) emit({ ...(event as object), type } as FleetEvent);
    for (const metric of await registry.getMetricsAsJSON()) {
      if (!metric.name.startsWith('numfleet_')) continue;
      for (const { labels } of metric.values) {
        for (const [name, value] of Object.entries(labels)) {
          if (name === 'le' || name === 'service') continue;
          expect(labelValues[name as keyof typeof labelValues], metric.name).toContain(value);
        }
      }
    }
    expect((await expose()).text).not.toContain('7946');
    expect(await expose().then(({ text }) => text.includes('code="internal-error"'))).toBe(true);
    expect(JSON.stringify(lines())).not.toContain('7946');
  });

  test('a figure that is no number does not make emit throw, and is said in the log', () => {
    const { emit, lines } = setUp();
    emit({ ...events['commit.batch'], seconds: Number.NaN, results: 'x' as unknown as number });
    expect(lines().map((line) => line.msg)).toContain('An event could not be told.');
  });

  test('two in one process count apart', async () => {
    const [one, two] = [setUp(), setUp()];
    one.emit(events['campaign.finished']);
    expect(await one.sample('numfleet_campaigns_finished_total', '')).toBe(1);
    expect(await two.sample('numfleet_campaigns_finished_total', '')).toBe(0);
  });

  test("names keep Prometheus' conventions and are unique", () => {
    const definitions = Object.values(metricTable);
    expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
    for (const { name, type, help } of definitions) {
      expect(name).toMatch(/^numfleet_[a-z]+(?:_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(help.length).toBeGreaterThan(5);
    }
  });

  test('flush resolves', async () => {
    await expect(setUp().flush()).resolves.toBeUndefined();
  });
});
