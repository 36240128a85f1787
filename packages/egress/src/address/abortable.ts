import { NumfleetError } from '@numfleet/contracts';

/** A promise that is given up, with NumfleetError `aborted`, as soon as the signal fires; what it waited for goes on. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new NumfleetError('aborted', 'The request was given up before it was answered.'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([aborted.promise, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
