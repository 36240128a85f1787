import { type Emit, jobIdOf, queueNames } from '@numfleet/contracts';
import { type JobsOptions, Queue } from 'bullmq';
import { backendOf, type QueueConnection } from './connection.ts';
import { check, type Messages } from './contract.ts';
import { encode } from './envelope.ts';

/** What the queue knows of a job; `gone` that it never heard of it, or was emptied. */
export type JobState =
  | { state: 'waiting' | 'completed' | 'failed' | 'gone' }
  /** A worker took it at `since`, ms since the epoch. */
  | { state: 'active'; since: number };

export interface JobQueue<Q extends keyof Messages> extends AsyncDisposable {
  readonly name: Q;
  /** Adds messages; one whose lease is in the queue already is not added again. Throws `result-too-large`. */
  add(messages: Messages[Q][]): Promise<void>;
  stateOf(jobId: string): Promise<JobState>;
  depth(): Promise<{ waiting: number; active: number; failed: number }>;
  /** BullMQ's own queue, for Bull Board alone. */
  readonly bull: BullQueue;
}

type BullQueue = ReturnType<typeof createBullQueue>;

/**
 * What becomes of ended jobs. A result's payload is not needed once committed. The last 1,000 crawl jobs stay so that
 * Bull Board has something to show; failed ones are the dead letters.
 */
const retention: Record<keyof Messages, Pick<JobsOptions, 'removeOnComplete' | 'removeOnFail'>> = {
  [queueNames.crawl]: { removeOnComplete: { count: 1_000 }, removeOnFail: { count: 1_000 } },
  [queueNames.results]: { removeOnComplete: true, removeOnFail: { count: 1_000 } },
};

export function openQueue<Q extends keyof Messages>(deps: {
  queue: Q;
  connection: QueueConnection;
  emit: Emit;
  applicationName: string;
}): JobQueue<Q> {
  const bull = createBullQueue(deps.queue, deps.connection, deps.applicationName);
  bull.on('error', (error: unknown) => deps.emit({ type: 'queue.error', queue: deps.queue, error }));
  return {
    name: deps.queue,
    bull,
    async add(messages) {
      const jobs = messages.map((message) => ({
        name: message.kind,
        data: encode(check(deps.queue, message)),
        // Never retried by the queue: retrying is decided in Postgres alone (I2).
        opts: { jobId: jobIdOf(message), attempts: 1, ...retention[deps.queue] },
      }));
      await bull.addBulk(jobs);
    },
    async stateOf(jobId) {
      const job = await bull.getJob(jobId);
      return job ? stateFrom(await job.getState(), job.processedOn) : { state: 'gone' };
    },
    async depth() {
      const { waiting = 0, active = 0, failed = 0 } = await bull.getJobCounts('waiting', 'active', 'failed');
      return { waiting, active, failed };
    },
    [Symbol.asyncDispose]: () => bull.close(),
  };
}

function createBullQueue(queue: keyof Messages, connection: QueueConnection, applicationName: string) {
  const { factory, options } = backendOf(connection, applicationName, 3);
  return new Queue(queue, { connection: options }, factory);
}

function stateFrom(state: string, processedOn: number | undefined): JobState {
  switch (state) {
    case 'unknown':
      return { state: 'gone' };
    case 'active':
      return { state, since: processedOn ?? Date.now() };
    case 'completed':
    case 'failed':
      return { state };
    default:
      return { state: 'waiting' };
  }
}
