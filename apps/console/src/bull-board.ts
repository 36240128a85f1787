import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { BoardHooks } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import { NumfleetError } from '@numfleet/contracts';
import { type JobQueue, type Messages, summariseMessage } from '@numfleet/queue';
import type { FastifyInstance } from 'fastify';
import { answerError } from './http/answer-error.ts';
import { showEnding, showJob, showName } from './show-job.ts';

export interface BoardQueues {
  crawl: JobQueue<'crawl'>;
  results: JobQueue<'results'>;
}

/** Bull Board under `/queues`: read-only, and without anything of a message but ids, counts and codes (I3). */
export function registerBullBoard(
  app: FastifyInstance,
  deps: { queues: BoardQueues; onError: (error: unknown) => void },
): void {
  const server = new FastifyAdapter();
  server.setBasePath('/queues');
  createBullBoard({
    queues: [boardQueue(deps.queues.crawl), boardQueue(deps.queues.results)],
    serverAdapter: server,
    options: { handlerHooks, uiConfig: { boardTitle: 'Numfleet queues' } },
  });
  // Its own error handler sends messages of errors.
  server.setErrorHandler((error: Error) => {
    const answer = answerError(error);
    if (answer.status !== 500) return answer as never;
    deps.onError(error);
    return answerError(
      new NumfleetError('queue-unavailable', 'The queue cannot be read. Is its database up?'),
    ) as never;
  });
  app.register(server.registerPlugin(), { prefix: '/queues' });
}

function boardQueue<Q extends keyof Messages>(queue: JobQueue<Q>): BullMQAdapter {
  // Its types know BullMQ's Redis backend only.
  const bull = queue.bull as unknown as ConstructorParameters<typeof BullMQAdapter>[0];
  const adapter = new BullMQAdapter(bull, { readOnlyMode: true, allowRetries: false });
  adapter.setFormatter('data', (data) => summariseMessage(queue.name, data));
  adapter.setFormatter('name', ({ name }) => showName(name));
  adapter.setFormatter('returnValue', showEnding);
  adapter.setFormatter('progress', () => 0);
  return adapter;
}

type Shown = (body: Record<string, unknown>) => unknown;

/** Every answer of the board that is shown, by its route, and what is shown of it. Other routes are refused. */
const shown: Readonly<Record<string, Shown>> = {
  '/api/redis/stats': whole,
  '/api/queues': ({ queues }) => ({ queues: (queues as { jobs: object[] }[]).map(showQueue) }),
  '/api/queues/:queueName/metrics': whole,
  '/api/queues/:queueName/default-job-options': whole,
  '/api/queues/:queueName/rate-limit': whole,
  '/api/queues/:queueName/job-data-schema': whole,
  '/api/queues/:queueName/:jobId': ({ job, status }) => ({ job: showJob(job as object), status }),
  // Connections name themselves as they like.
  '/api/queues/:queueName/workers': () => ({ workers: null }),
  // Not used by the fleet; if they hold something, it was put there by someone else.
  '/api/job-schedulers': () => ({ schedulers: [] }),
  '/api/queues/:queueName/:jobId/logs': () => [],
  '/api/queues/:queueName/:jobId/flow': () => ({ nodeId: '', flowRoot: null, isFlowNode: false }),
};

const handlerHooks: BoardHooks = {
  before: ({ method, route }) => ({ allow: method === 'get' && route in shown, status: 405 }),
  after({ route }, answer) {
    const isError = answer.status !== undefined && answer.status !== 200;
    return isError ? answer : { ...answer, body: shown[route]?.(answer.body as Record<string, unknown>) as object };
  },
};

function whole(body: Record<string, unknown>): unknown {
  return body;
}

function showQueue<Queue extends { jobs: object[] }>(queue: Queue): Queue {
  return { ...queue, jobs: queue.jobs.map(showJob) };
}
