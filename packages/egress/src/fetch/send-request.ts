import { Readable } from 'node:stream';
import { NumfleetError } from '@numfleet/contracts';
import type { Dispatcher } from 'undici';
import { headLimits } from '../head-limits.ts';
import type { Waiters } from './waiters.ts';

export interface Answer {
  status: number;
  /** By lower-case name. Cookies and the headers of the connection itself are left out. */
  headers: Record<string, string>;
  /** As sent, still compressed. Destroying it closes the connection. */
  body: Readable;
}

export interface RequestParts {
  url: URL;
  headers: Record<string, string>;
  /** Whether the connection may be used again. */
  keepAlive: boolean;
  signal: AbortSignal;
  /** Called with the epoch in ms immediately before the request is written: never when no connection was made. */
  onStart: (at: number) => void;
}

/** Sends one GET and resolves when the answer's head is there. undici's `request` would not say when it really started. */
export async function sendRequest(dispatcher: Dispatcher, waiters: Waiters, parts: RequestParts): Promise<Answer> {
  const { url, headers, keepAlive, signal, onStart } = parts;
  signal.throwIfAborted();
  const answer = Promise.withResolvers<Answer>();
  let controller: Dispatcher.DispatchController | undefined;
  let body: Readable | undefined;
  const leave = waiters.enter(url.origin);

  const fail = (error: Error) => {
    leave();
    signal.removeEventListener('abort', abort);
    answer.reject(error);
    body?.destroy(error);
  };
  const abort = () => {
    const reason = new Error('the request was given up');
    // Before it starts, a request has nothing to be aborted by: it fails with its connecting, or is refused after it.
    controller?.abort(reason);
    fail(reason);
  };
  signal.addEventListener('abort', abort, { once: true });

  const options = { origin: url.origin, path: url.pathname + url.search, method: 'GET', headers, reset: !keepAlive };
  dispatcher.dispatch(options, {
    onRequestStart(started) {
      controller = started;
      leave();
      if (signal.aborted) return started.abort(new Error('the request was given up'));
      onStart(Date.now());
    },
    onResponseStart(started, status, responseHeaders) {
      if (status < 200) return;
      if (fieldsOf(started) > headLimits.fields) return started.abort(tooManyFields());
      body = bodyOf(started);
      answer.resolve({ status, headers: singleHeaders(responseHeaders), body });
    },
    onResponseData(started, chunk) {
      if (body?.push(chunk) === false) started.pause();
    },
    onResponseEnd() {
      signal.removeEventListener('abort', abort);
      body?.push(null);
    },
    onResponseError: (_, error) => fail(body !== undefined && isCutShort(error) ? lost(error) : error),
  });
  return await answer.promise;
}

/**
 * Where a connection is for one request only, undici takes its end within the body for a broken protocol. Of a head that
 * contradicts itself it says the same.
 */
function isCutShort(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  // The parser's errors come without the code that they should have (undici 8.12).
  return code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || error.message.endsWith('(Invalid EOF state)');
}

function lost(cause: Error): NumfleetError {
  return new NumfleetError('connection-lost', 'The connection ended within the body.', { cause });
}

/** Counted as they came: of those that are repeated, undici makes one. */
function fieldsOf({ rawHeaders }: Dispatcher.DispatchController): number {
  return Array.isArray(rawHeaders) ? rawHeaders.length / 2 : 0;
}

function tooManyFields(): NumfleetError {
  return new NumfleetError('head-too-large', 'The head of the answer has too many fields.');
}

function bodyOf(controller: Dispatcher.DispatchController): Readable {
  const body = new Readable({
    read: () => controller.resume(),
    destroy(error, callback) {
      if (!this.readableEnded) controller.abort(error ?? new Error('the rest of the body is not wanted'));
      callback(error);
    },
  });
  // Whoever awaits the head may have left when the body breaks.
  return body.on('error', () => {});
}

const dropped = new Set(['set-cookie', 'connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

function singleHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || dropped.has(name)) continue;
    single[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return single;
}
