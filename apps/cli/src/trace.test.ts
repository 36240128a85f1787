import { join } from 'node:path';
import { createTracing } from '@numfleet/telemetry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumfleet, type Numfleet, refusal } from './testing/numfleet.ts';

let numfleet: Numfleet;
/** The trace of page 17, which failed. */
let traceId: string;

beforeAll(async () => {
  numfleet = await createNumfleet();
  let carried: string | undefined;
  const attributes = { 'numfleet.job.id': 'lease-1', 'numfleet.page.id': '17' };
  await inProcess('scheduler', ({ tracer }) =>
    tracer.span('dispatch', attributes, async () => {
      carried = tracer.traceparent();
    }),
  );
  traceId = carried?.split('-')[1] ?? '';
  await inProcess('crawler-1', ({ tracer, observe }) =>
    tracer.continueTrace(carried, () =>
      tracer.span('crawl', attributes, async () => {
        await tracer.span('fetch', {}, async () => {});
        observe({ type: 'page.crawled', pageId: '17', outcome: 'failed', code: 'dns-failed', seconds: 1 });
        carried = tracer.traceparent();
      }),
    ),
  );
  await inProcess('sink', async ({ tracer }) => {
    let batch: string | undefined;
    await tracer.span('commit-batch', { 'numfleet.batch.results': 1 }, async () => {
      batch = tracer.traceparent();
    });
    await tracer.continueTrace(carried, () => tracer.span('commit', attributes, async () => tracer.link(batch)));
    await tracer.span('commit', { 'numfleet.page.id': '18' }, async () => {});
  });
});
afterAll(async () => await numfleet[Symbol.asyncDispose]());

/** Traces as that process of a fleet does, into the home folder. */
async function inProcess(worker: string, work: (tracing: ReturnType<typeof createTracing>) => Promise<void>) {
  const file = join(numfleet.home, 'traces', `${worker}.jsonl`);
  const destination = { kind: 'file', file } as const;
  await using tracing = createTracing({ service: 'x', worker, version: '1', ratio: 1, destination, emit: () => {} });
  await work(tracing);
}

const time = String.raw`\+\d+\.\d ms +\d+\.\d ms`;
const tree = () =>
  new RegExp(
    [
      `^trace ${traceId}`,
      `dispatch +scheduler +${time}  job\\.id=lease-1 page\\.id=17`,
      `└─ crawl +crawler-1 +${time}  FAILED outcome=failed error\\.code=dns-failed`,
      `   ├─ fetch +crawler-1 +${time}`,
      `   └─ commit +sink +${time}`,
      `      └─ commit-batch +sink +${time}  \\(linked\\) batch\\.results=1\n$`,
    ].join('\n'),
  );

test('prints a trace as a tree, found by its own id, its job or its page', async () => {
  for (const args of [[traceId], [traceId.toUpperCase()], ['lease-1'], ['--page', '17']]) {
    const { stdout, ...ended } = await numfleet.run(['trace', ...args]);
    expect(ended).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(tree());
  }
});

test('--json prints a line each, the linked batch last', async () => {
  const { exitCode, stdout } = await numfleet.run(['trace', traceId, '--json']);
  const spans = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(exitCode).toBe(0);
  expect(spans.map(({ name }) => name)).toEqual(['dispatch', 'crawl', 'fetch', 'commit', 'commit-batch']);
  expect(spans[1]).toMatchObject({ traceId, parentId: spans[0].spanId, process: 'crawler-1', ok: false });
});

test('a span without its parent stands at the edge', async () => {
  const lonely = await createNumfleet();
  await using _ = lonely;
  const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const destination = { kind: 'file', file: join(lonely.home, 'traces', 'sink.jsonl') } as const;
  const options = { service: 'x', worker: 'sink', version: '1', ratio: 0, destination, emit: () => {} };
  {
    await using tracing = createTracing(options);
    await tracing.tracer.continueTrace(parent, () => tracing.tracer.span('commit', {}, async () => {}));
  }
  const { stdout } = await lonely.run(['trace', 'a'.repeat(32)]);
  expect(stdout).toMatch(new RegExp(`commit  sink  ${time}  \\(its parent is not kept\\)\n$`));
});

test('what is not kept is said, and so is a wrong use', async () => {
  for (const args of [['f'.repeat(32)], ['lease-2'], ['--page', '99']]) {
    expect(await numfleet.run(['trace', ...args])).toEqual(refusal('trace-unknown', 1));
  }
  for (const args of [[], [traceId, '--page', '17']]) {
    expect(await numfleet.run(['trace', ...args])).toEqual(refusal('usage', 2));
  }
});
