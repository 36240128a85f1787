import {
  type DeadLetterCode,
  type Emit,
  type ErrorCode,
  errorCodeOf,
  type JobEnding,
  type PageCode,
  type Tracer,
  untraced,
} from '@numfleet/contracts';
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import { type Messages, type Parsed, parse } from './contract.ts';
import { traceparentIn } from './envelope.ts';
import { withoutCommand } from './report-trouble.ts';
import { traceJob } from './trace-job.ts';

/**
 * How a handler ended: done, given back for another worker, or set aside with a code. A throw is a failure. What is done
 * may have come to a page that failed, whose code is kept with the job.
 */
export type Handled =
  | { ending: 'done'; page?: PageCode }
  | { ending: 'given-back' }
  | { ending: 'dead-letter'; code: DeadLetterCode };

export interface JobContext {
  jobId: string;
  /** Aborts when the job is to be given back: drained, or its lock was lost. */
  signal: AbortSignal;
  /** The span that added the message. */
  traceparent: string | undefined;
}

export interface ProcessJobDeps<Q extends keyof Messages> {
  queue: Q;
  emit: Emit;
  tracer?: Tracer;
  handle: (message: Messages[Q], context: JobContext) => Promise<Handled>;
  onDeadLetter?: (jobId: string, code: DeadLetterCode) => Promise<void>;
}

/** Handles a job as BullMQ gave it, and answers BullMQ by result or by exception. */
export async function processJob<Q extends keyof Messages>(
  deps: ProcessJobDeps<Q>,
  job: Job,
  token: string | undefined,
  signal: AbortSignal,
): Promise<JobReturn> {
  const parsed = parse(deps.queue, job.data);
  const work = () => handleJob(deps, job, parsed, token, signal);
  return answerBull(await traceJob(deps.tracer ?? untraced, { queue: deps.queue, job, parsed }, work));
}

/** Every message taken ends exactly once in an event, so that taken = ended (I9). */
async function handleJob<Q extends keyof Messages>(
  deps: ProcessJobDeps<Q>,
  job: Job,
  parsed: Parsed<Messages[Q]>,
  token: string | undefined,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const { queue, emit } = deps;
  const jobId = job.id ?? '';
  const startedAt = performance.now();
  const end = (ending: JobEnding) =>
    emit({ type: 'job.ended', queue, jobId, ending, seconds: (performance.now() - startedAt) / 1_000 });
  emit({ type: 'job.taken', queue, jobId });
  let handled: Handled;
  try {
    handled = parsed.ok
      ? await deps.handle(parsed.message, { jobId, signal, traceparent: traceparentIn(job.data) })
      : { ending: 'dead-letter', code: parsed.code };
    if (handled.ending === 'given-back') {
      // A queue that is gone just now finds the job stalled later, which comes to the same.
      await job.moveToWait(token).catch((error) => emit({ type: 'queue.error', queue, error: withoutCommand(error) }));
    }
    if (handled.ending === 'dead-letter') await deps.onDeadLetter?.(jobId, handled.code);
  } catch (error) {
    end('failed');
    emit({ type: 'job.errored', queue, jobId, code: errorCodeOf(error), error });
    return { ending: 'failed', code: errorCodeOf(error) };
  }
  end(handled.ending);
  if (handled.ending === 'dead-letter') emit({ type: 'job.dead-lettered', queue, jobId, code: handled.code });
  return handled;
}

/** What BullMQ keeps of a job that ended well. */
type JobReturn = { ending: JobEnding; page?: PageCode };
type JobOutcome = JobReturn & { code?: ErrorCode };

/** Only the code goes into the queue: BullMQ stores message and stack of what is thrown in plain text. */
function answerBull({ code, ...kept }: JobOutcome): JobReturn {
  if (kept.ending === 'given-back') throw new WaitingError();
  if (code !== undefined) throw new UnrecoverableError(code);
  return kept;
}
