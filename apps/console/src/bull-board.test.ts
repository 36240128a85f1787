import { randomUUID } from 'node:crypto';
import { type CrawlJob, type CrawlResult, jobIdOf } from '@numfleet/contracts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from './testing/test-console.ts';

/** Each stands in another place of a job; none may come out of the board. */
const planted = {
  url: 'planted-url',
  bigUrl: 'planted-big',
  link: 'planted-link',
  sealed: Buffer.from('planted-sealed').toString('base64'),
  rule: 'planted-rule',
  log: 'planted-log',
  reason: 'planted-reason',
  stack: 'planted-stack',
  option: 'planted-option',
  name: 'planted-name',
  progress: 'planted-progress',
  returned: 'planted-returned',
  deferred: 'planted-deferred',
  id: '+44 20 7946 0958',
  template: 'planted-template',
};

const leased = () => ({ v: 1, leaseToken: randomUUID() }) as const;

const pageJob: CrawlJob = {
  ...leased(),
  kind: 'page',
  url: { p: `http://shop.test/${planted.url}` },
  deadlineMs: 1_000,
  delayMs: 0,
  pageId: '1234567890',
  campaignId: '7',
  depth: 2,
  render: 'auto',
  region: null,
  hostContext: { robots: [{ allow: false, pattern: planted.rule }] },
};
/** Large enough to be compressed. */
const bigJob: CrawlJob = {
  ...leased(),
  ...{ kind: 'robots', originId: '9', deadlineMs: 1_000, delayMs: 0 },
  url: { p: `http://shop.test/${planted.bigUrl}${'x'.repeat(2_000)}` },
};
const result: CrawlResult = {
  ...leased(),
  kind: 'page',
  worker: 'crawler-1',
  requestedAt: 1,
  finishedAt: 2,
  retryAfterMs: null,
  pageId: '1234567890',
  campaignId: '7',
  outcome: 'done',
  code: null,
  http: { status: 200, bytes: 1, rendered: false },
  cuts: [],
  links: [{ url: { p: `http://shop.test/${planted.link}` }, via: 'link' }],
  sealed: planted.sealed,
  findings: 3,
  rejected: {},
};

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = `00-${traceId}-00f067aa0ba902b7-01`;

let operated: TestConsole;
let forgedId: string;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
  const { crawl, results } = operated.queues;
  await crawl.add([pageJob, bigJob], (job) => (job === pageJob ? parent : undefined));
  await results.add([result]);
  // What a crawler that was taken over could write by itself.
  const data = { m: { sealed: planted.sealed } };
  const forged = await results.bull.add(planted.name, data, { jobId: `x${planted.id}` });
  forgedId = forged.id ?? '';
  await forged.log(planted.log);
  await operated.queueOwner.query(
    `update bullmq.job set state = 'failed', failed_reason = $2, stacktrace = $3, opts = opts || $4, progress = $5,
       return_value = $6, processed_by = $7, deferred_failure = $8, finished_at_ms = 1
     where id = $1`,
    [
      forgedId,
      planted.reason,
      JSON.stringify([planted.stack]),
      JSON.stringify({ planted: planted.option }),
      JSON.stringify(planted.progress),
      JSON.stringify(planted.returned),
      `x${planted.id}`,
      planted.deferred,
    ],
  );
  await results.bull.upsertJobScheduler('often', { every: 3_600_000 }, { name: planted.name, data: planted.template });
});

afterAll(() => operated[Symbol.asyncDispose]());

const board = (path: string) => operated.ask('GET', `/queues/api${path}`);

async function readAll(): Promise<string> {
  const jobs = [
    ...[pageJob, bigJob].map((job) => `/queues/crawl/${jobIdOf(job)}`),
    `/queues/results/${jobIdOf(result)}`,
    `/queues/results/${encodeURIComponent(forgedId)}`,
  ];
  const paths = [
    ...['crawl', 'results'].flatMap((queue) => [
      ...['latest', 'waiting', 'failed', 'delayed'].map(
        (status) => `/queues?activeQueue=${queue}&status=${status}&page=1`,
      ),
      ...['metrics', 'default-job-options', 'workers', 'rate-limit', 'job-data-schema'].map(
        (part) => `/queues/${queue}/${part}`,
      ),
    ]),
    ...jobs.flatMap((job) => [job, `${job}/logs`, `${job}/flow`]),
    '/redis/stats',
    '/job-schedulers',
  ];
  const answers = await Promise.all(paths.map(board));
  expect(answers.map(({ status }, index) => [paths[index], status])).toEqual(paths.map((path) => [path, 200]));
  return answers.map(({ text }) => text).join('\n');
}

describe('Bull Board', () => {
  test('is there, with both queues', async () => {
    const page = await operated.ask('GET', '/queues/');
    expect(page.headers['content-type']).toContain('text/html');
    const script = /src="(static\/js\/main[^"]+)"/.exec(page.text)?.[1];
    const asset = await operated.ask('GET', `/queues/${script}`);
    expect([asset.status, asset.headers['content-type']]).toEqual([200, expect.stringContaining('javascript')]);
    const { queues } = (await board('/queues')).json();
    expect(queues.map(({ name }: { name: string }) => name)).toEqual(['crawl', 'results']);
    expect(
      queues.every(
        (queue: { readOnlyMode: boolean; allowRetries: boolean }) => queue.readOnlyMode && !queue.allowRetries,
      ),
    ).toBe(true);
  });

  test('shows ids, counts and codes of a message', async () => {
    const shown = async (queue: string, id: string) => (await board(`/queues/${queue}/${id}`)).json().job;
    expect(await shown('crawl', jobIdOf(pageJob))).toMatchObject({
      id: jobIdOf(pageJob),
      name: 'page',
      data: { kind: 'page', pageId: '1234567890', campaignId: '7', depth: 2, traceId },
    });
    expect((await shown('crawl', jobIdOf(bigJob))).data).toEqual({ kind: 'robots', originId: '9' });
    expect((await shown('results', jobIdOf(result))).data).toEqual({
      ...{ kind: 'page', pageId: '1234567890', campaignId: '7' },
      ...{ outcome: 'done', code: null, findings: 3 },
    });
    expect(await shown('results', encodeURIComponent(forgedId))).toMatchObject({
      id: 'x[phone]',
      name: 'unknown',
      data: { code: 'contract-invalid' },
    });
  });

  test('shows of a job that ended the code of what went wrong, and its trace', async () => {
    const failed = { ...pageJob, ...leased() };
    const refused = { ...pageJob, ...leased() };
    const { crawl } = operated.queues;
    await crawl.add([failed, refused], () => parent);
    const end = (id: string, state: string, reason: string | null, returned: object | null) =>
      operated.queueOwner.query(
        `update bullmq.job set state = $2, failed_reason = $3, return_value = $4, finished_at_ms = 1 where id = $1`,
        [id, state, reason, JSON.stringify(returned)],
      );
    await end(jobIdOf(failed), 'completed', null, { ending: 'done', page: 'tls-failed', more: planted.returned });
    await end(jobIdOf(refused), 'failed', 'contract-invalid', null);
    const shown = async (job: CrawlJob) => (await board(`/queues/crawl/${jobIdOf(job)}`)).json().job;
    expect(await shown(failed)).toMatchObject({
      returnValue: { ending: 'done', page: 'tls-failed' },
      data: { traceId },
    });
    expect(await shown(refused)).toMatchObject({ failedReason: 'contract-invalid', data: { traceId } });
    await operated.queueOwner.query('delete from bullmq.job where id = any($1)', [[jobIdOf(failed), jobIdOf(refused)]]);
  });

  test('I3: no answer of its API holds anything of a payload', async () => {
    const everything = await readAll();
    expect(everything).toContain('not shown');
    for (const [place, text] of Object.entries(planted))
      expect([place, everything.includes(text)]).toEqual([place, false]);
  });

  test('the positive control: all that was planted is in the queue', async () => {
    const { crawl, results } = operated.queues;
    const jobs = [...(await crawl.bull.getJobs()), ...(await results.bull.getJobs())];
    const logs = await results.bull.getJobLogs(forgedId);
    const schedulers = await results.bull.getJobSchedulers();
    const stored = JSON.stringify([jobs, logs, schedulers]);
    const { bigUrl: _compressed, ...plain } = planted;
    for (const [place, text] of Object.entries(plain)) expect([place, stored.includes(text)]).toEqual([place, true]);
  });

  test('is read-only, also with the token', async () => {
    const job = `/queues/api/queues/crawl/${jobIdOf(pageJob)}`;
    const headers = { authorization: `Bearer ${operated.token}` };
    const writes = [
      ['PUT', '/queues/api/queues/pause'],
      ['PUT', '/queues/api/queues/crawl/empty'],
      ['PUT', '/queues/api/queues/crawl/obliterate'],
      ['PUT', `${job}/retry`],
      ['PUT', `${job}/clean`],
      ['PATCH', `${job}/update-data`],
      ['POST', '/queues/api/queues/crawl/add'],
    ] as const;
    for (const [method, url] of writes) {
      const { statusCode } = await operated.app.inject({ method, url, headers, payload: {} });
      expect([url, statusCode]).toEqual([url, 405]);
    }
    expect(await operated.queues.crawl.depth()).toMatchObject({ waiting: 2 });
  });
});
