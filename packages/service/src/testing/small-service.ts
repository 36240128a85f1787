import { sleep } from '../index.ts';
import { runService } from '../run-door.ts';

/**
 * A service of its own process for the tests: `node small-service.ts BEHAVIOUR`. It takes three jobs; one is not
 * finished when it is asked to stop.
 */
const [, , behaviour = 'well'] = process.argv;
const queue = 'crawl';

process.exit(
  await runService('small', async ({ emit, fail, tracer }) => {
    for (const jobId of ['a', 'b', 'c']) emit({ type: 'job.taken', queue, jobId });
    for (const jobId of ['a', 'b']) {
      await tracer.span('crawl', {}, async () =>
        emit({ type: 'job.ended', queue, jobId, ending: 'done', seconds: 0.2 }),
      );
    }
    if (behaviour === 'fails-to-start') throw new Error('no');
    if (behaviour === 'throws-later') setTimeout(() => Promise.reject(new Error('nobody waits for this')), 50);
    if (behaviour === 'fails-later') setTimeout(() => fail(new Error('lost a part')), 50);
    return {
      ready: async () => (behaviour === 'unready' ? { ok: false, reason: 'not yet' } : { ok: true }),
      async drain(signal) {
        if (behaviour === 'stubborn') await sleep(600_000);
        if (behaviour === 'slow') await sleep(600_000, signal).catch(() => {});
        emit({
          type: 'job.ended',
          queue,
          jobId: 'c',
          ending: behaviour === 'slow' ? 'given-back' : 'done',
          seconds: 0,
        });
      },
      figures: { '/held': async () => ({ jobs: 1 }) },
      reporting: {
        app: 'crawler',
        work: { queue, capacity: 4 },
        browsers: async () => ({ browsers: 2, browserPages: 3, sandboxed: true }),
        async send(report) {
          if (behaviour === 'unheard') throw new Error('nobody listens');
          process.stdout.write(`${JSON.stringify({ event: 'reported', report })}\n`);
        },
      },
      async [Symbol.asyncDispose]() {
        if (behaviour === 'never-gives-back') await sleep(600_000);
      },
    };
  }),
);
