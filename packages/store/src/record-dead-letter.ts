import type { DeadLetterCode, QueueName } from '@numfleet/contracts';
import type { Db } from './store.ts';

export interface DeadLetter {
  queue: QueueName;
  jobId: string;
  code: DeadLetterCode;
  at: Date;
  /** Names of fields, ids, counts; never what the message held (I3). */
  details: Record<string, string | number | boolean | null>;
}

/** Keeps that a message was set aside, and why. */
export async function recordDeadLetter(db: Db, letter: DeadLetter): Promise<void> {
  await db.query('insert into dead_letters (queue, job_id, code, at, details) values ($1, $2, $3, $4, $5)', [
    letter.queue,
    letter.jobId,
    letter.code,
    letter.at,
    JSON.stringify(letter.details),
  ]);
}
