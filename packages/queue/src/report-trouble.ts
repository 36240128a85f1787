import type { Emit, QueueName } from '@numfleet/contracts';

const quietMs = 10_000;

/** Tells the errors that BullMQ's connections emit: each attempt to reconnect fails with the same one. */
export function createTroubleReporter(queue: QueueName, emit: Emit): (error: unknown) => void {
  let last = { message: '', at: -Infinity };
  return (error) => {
    const plain = withoutCommand(error);
    const now = performance.now();
    if (plain.message === last.message && now - last.at < quietMs) return;
    last = { message: plain.message, at: now };
    emit({ type: 'queue.error', queue, error: plain });
  };
}

/** Redis' errors carry the command that failed with its arguments: a message, or the password. */
export function withoutCommand(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('not an Error');
  const plain = new Error(error.message);
  plain.name = error.name;
  if (error.stack !== undefined) plain.stack = error.stack;
  return 'code' in error ? Object.assign(plain, { code: error.code }) : plain;
}
