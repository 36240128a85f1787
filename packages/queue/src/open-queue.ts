import { type Emit, NumfleetError, queueNames } from '@numfleet/contracts';
import { withDeadline } from '@numfleet/service';
import { type JobsOptions, Queue } from 'bullmq';
import { backendOf, type QueueConnection } from './connection.ts';
import { check, idOf, type Messages, parse } from './contract.ts';
import { encode } from './envelope.ts';
import { createTroubleReporter, withoutCommand } from './report-trouble.ts';

/** What the queue knows of a job; `gone` that it never heard of it, or was emptied. */
export type JobState =
  | { state: 'waiting' | 'completed' | 'failed' | 'gone' }
  /** A worker took it at `since`, ms since the epoch. */
  | { state: 'active'; since: number };

export interface JobQueue<Q extends keyof Messages> extends AsyncDisposable {
  readonly name: Q;
  /**
   * Adds messages; one whose lease is in the queue already is not added again. `traceparentOf` names the span that a
   * message belongs to. Throws `result-too-large`; `queue-unavailable` when it could not be, or may not have been, added:
   * adding it again is safe.
   */
  add(messages: Messages[Q][], traceparentOf?: (message: Messages[Q]) => string | undefined): Promise<void>;
  /** Throws `queue-unavailable`, as do all below. */
  stateOf(jobId: string): Promise<JobState>;
  /** A message that lies there, and goes on lying there; null where it does not, or is none. */
  read(jobId: string): Promise<Messages[Q] | null>;
  /** Takes back messages that nobody works on. */
  remove(jobIds: readonly string[]): Promise<void>;
  depth(): Promise<{ waiting: number; active: number; failed: number }>;
  /** Forgets messages that were set aside longer ago than that, ms; gives how many. */
  dropFailed(olderThanMs: number): Promise<number>;
  /** BullMQ's own queue, for Bull Board alone. */
  readonly bull: BullQueue;
}

type BullQueue = ReturnType<typeof createBullQueue>;

const mostFailed = 1_000;
/** On Postgres adding in bulk makes two temporary tables: 13 ms for seven messages, of which each took 0.7 ms by itself. */
const mostOneByOne = 12;
/** Postgres reads all that it keeps to find what is too much: done at the end of each job, that took longer than the rest of it. */
const trimEvery = 32;

/**
 * What becomes of ended jobs, by how many were added before. A result's payload is not needed once committed. The last 1,000
 * crawl jobs stay so that Bull Board has something to show; failed ones are the dead letters.
 */
const retention: Record<keyof Messages, (added: number) => Pick<JobsOptions, 'removeOnComplete' | 'removeOnFail'>> = {
  [queueNames.crawl]: (added) => ({
    removeOnComplete: added % trimEvery === 0 && { count: 1_000 },
    removeOnFail: { count: mostFailed },
  }),
  [queueNames.results]: () => ({ removeOnComplete: true, removeOnFail: { count: mostFailed } }),
  // One that stayed would keep its worker's next ones out: they have the same id.
  [queueNames.reports]: () => ({ removeOnComplete: true, removeOnFail: true }),
  // Nobody takes these.
  [queueNames.filters]: () => ({}),
};

export function openQueue<Q extends keyof Messages>(deps: {
  queue: Q;
  connection: QueueConnection;
  emit: Emit;
  applicationName: string;
}): JobQueue<Q> {
  const bull = createBullQueue(deps);
  bull.on('error', createTroubleReporter(deps.queue, deps.emit));
  let added = 0;
  const addAll = async (jobs: Parameters<typeof bull.addBulk>[0]) => {
    if (deps.connection.kind === 'redis' || jobs.length > mostOneByOne) return await bull.addBulk(jobs);
    for (const { name, data, opts } of jobs) await bull.add(name, data, opts);
  };
  return {
    name: deps.queue,
    bull,
    async add(messages, traceparentOf) {
      const jobs = messages.map((message) => ({
        name: message.kind,
        data: encode(check(deps.queue, message), traceparentOf?.(message)),
        // Never retried by the queue: retrying is decided in Postgres alone (I2).
        opts: { jobId: idOf(message), attempts: 1, ...retention[deps.queue](added++) },
      }));
      await bounded(() => addAll(jobs));
    },
    async stateOf(jobId) {
      return await bounded(async () => {
        const job = await bull.getJob(jobId);
        return job ? stateFrom(await job.getState(), job.processedOn) : { state: 'gone' };
      });
    },
    async read(jobId) {
      const job = await bounded(() => bull.getJob(jobId));
      const parsed = job && parse(deps.queue, job.data);
      return parsed?.ok ? parsed.message : null;
    },
    async remove(jobIds) {
      for (const jobId of jobIds) await bounded(() => bull.remove(jobId));
    },
    async depth() {
      const counts = await bounded(() => bull.getJobCounts('waiting', 'active', 'failed'));
      const { waiting = 0, active = 0, failed = 0 } = counts;
      return { waiting, active, failed };
    },
    dropFailed: async (olderThanMs) => (await bounded(() => bull.clean(olderThanMs, mostFailed, 'failed'))).length,
    async [Symbol.asyncDispose]() {
      await bounded(() => bull.close()).catch(() => {});
    },
  };
}

const answerWithinMs = 10_000;

/** BullMQ waits for ever for a first connection. */
async function bounded<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(ask, answerWithinMs);
  } catch (error) {
    throw new NumfleetError('queue-unavailable', 'The queue does not answer.', { cause: withoutCommand(error) });
  }
}

function createBullQueue(deps: Parameters<typeof openQueue>[0]) {
  const { connection, applicationName: name, emit } = deps;
  const { factory, ...where } = backendOf({ connection, name, role: 'asker', max: 3, emit });
  // Nobody reads the stream of events.
  return new Queue(deps.queue, { ...where, streams: { events: { maxLen: 100 } } }, factory);
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
