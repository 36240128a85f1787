import { type ErrorCode, NumfleetError } from '@numfleet/contracts';

/** A point in time after which `signal` is aborted. Disposing it gives the timer and the listeners back. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Milliseconds left, never below 0. */
  remainingMs(): number;
}

/**
 * Aborts after `ms`, or when `signal` does, with a NumfleetError of `code` (default `deadline-exceeded`) as reason.
 * The signal's reason is the parent's where the parent came first.
 */
export function createDeadline(ms: number, options: { signal?: AbortSignal; code?: ErrorCode } = {}): Deadline {
  const controller = new AbortController();
  const endsAt = performance.now() + ms;
  const expire = () =>
    controller.abort(new NumfleetError(options.code ?? 'deadline-exceeded', `Not done within ${ms} ms.`));
  const timer = setTimeout(expire, ms);
  const follow = () => controller.abort(options.signal?.reason);
  if (options.signal?.aborted) follow();
  options.signal?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    [Symbol.dispose]() {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', follow);
    },
  };
}

/**
 * Runs `work` and rejects at its deadline even when the work does not cooperate (I6); the work is told by its signal,
 * and what it throws afterwards is dropped.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal, deadline: Deadline) => Promise<T>,
  ms: number,
  options: { signal?: AbortSignal; code?: ErrorCode } = {},
): Promise<T> {
  using deadline = createDeadline(ms, options);
  return await abandonOnAbort(work(deadline.signal, deadline), deadline.signal);
}

/** Waits for `work`, or rejects with the signal's reason as soon as it is aborted. */
export async function abandonOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Sleeps, or rejects with the signal's reason. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
