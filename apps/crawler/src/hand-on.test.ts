import { queueNames, type RobotsResult, untraced } from '@numfleet/contracts';
import { openQueue } from '@numfleet/queue';
import { createTestFront, hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { describe, expect, test } from 'vitest';
import { createHandOn } from './hand-on.ts';
import { createStages } from './stages.ts';

const result: RobotsResult = {
  v: 1,
  kind: 'robots',
  leaseToken: '00000000-0000-4000-8000-000000000000',
  worker: 'crawler-1',
  requestedAt: 1,
  finishedAt: 2,
  retryAfterMs: null,
  originId: '1',
  outcome: 'unreachable',
  code: null,
  status: null,
  rules: [],
  crawlDelayMs: null,
  redirect: null,
  sitemaps: [],
};

describe.runIf(hasRedis)('while the queue is away', () => {
  async function setUp(patienceMs: number) {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await startTestRedis());
    const front = stack.use(await createTestFront(redis.url));
    const connection = { kind: 'redis', url: front.url } as const;
    const emit = () => {};
    const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: 'crawler-1' }));
    const stages = createStages({ emit, tracer: untraced });
    const handOn = createHandOn({ results, stages, tracer: untraced, patienceMs });
    await results.depth();
    await front.close();
    const held = stack.move();
    return { results, handOn, front, [Symbol.asyncDispose]: () => held.disposeAsync() };
  }

  test('I1: a result waits for it, and is handed on once', async () => {
    await using it = await setUp(20_000);
    const handed = it.handOn(result);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await it.front.open();
    await handed;
    expect(await it.results.depth()).toMatchObject({ waiting: 1 });
  });

  test('I6: but not for ever', async () => {
    await using it = await setUp(1_000);
    const began = performance.now();
    await expect(it.handOn(result)).rejects.toMatchObject({ code: 'queue-unavailable' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
