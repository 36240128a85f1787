import type { Readable, Writable } from 'node:stream';
import { NumfleetError } from '@numfleet/contracts';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';
import { openPipe } from './pipe-transport.ts';

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

/** What one target of the browser (a page, a frame in a process of its own, a worker), or the browser itself, is asked and tells. */
export interface CdpSession {
  /** Throws `render-crashed` when the target is gone, and what the browser says when it does not do it. */
  send<M extends keyof Commands>(method: M, ...params: Commands[M]['paramsType']): Promise<Commands[M]['returnType']>;
  /** Gives what ends it. */
  on<E extends keyof Events>(event: E, listener: (payload: Payload<E>) => void): () => void;
}

/** The DevTools protocol over the browser's pipe. Disposing it closes the pipe, which is what Chromium ends itself by. */
export interface CdpConnection extends Disposable {
  readonly browser: CdpSession;
  /** Of a target that was attached to, from that event until it is detached. */
  session(id: string): CdpSession;
  /** Aborted when the pipe is closed, by whichever side. */
  readonly closed: AbortSignal;
}

type Payload<E extends keyof Events> = Events[E] extends [infer P] ? P : undefined;
type Listener = (payload: never) => void;

interface Call {
  method: string;
  session: string;
  resolve(result: never): void;
  reject(error: Error): void;
}

interface Message {
  id?: number;
  sessionId?: string;
  method: string;
  params: { sessionId?: string };
  result?: never;
  error?: { code: number; message: string };
}

/**
 * A client of our own: Playwright's enables on every page what its users may want, and is told of each request twice. That
 * took 50 of the 274 ms of processor time of a page, and the library 75 MiB of a crawler's memory.
 */
export function connectCdp(toBrowser: Writable, fromBrowser: Readable): CdpConnection {
  const closed = new AbortController();
  const calls = new Map<number, Call>();
  const listeners = new Map<string, Map<string, Set<Listener>>>();
  let lastId = 0;

  const endCalls = (isOver: (call: Call) => boolean) => {
    for (const [id, call] of calls) {
      if (isOver(call) && calls.delete(id)) call.reject(targetGone());
    }
  };
  const pipe = openPipe(toBrowser, fromBrowser, {
    onMessage(text) {
      const message = JSON.parse(text) as Message;
      if (message.id !== undefined) return settle(message.id, message);
      const heard = listeners.get(message.sessionId ?? browserSession)?.get(message.method);
      for (const listener of heard ?? []) listener(message.params as never);
      const { sessionId } = message.params;
      if (message.method !== 'Target.detachedFromTarget' || sessionId === undefined) return;
      listeners.delete(sessionId);
      endCalls(({ session }) => session === sessionId);
    },
    onClosed() {
      closed.abort();
      endCalls(() => true);
    },
  });
  const settle = (id: number, { result, error }: Message) => {
    const call = calls.get(id);
    if (!call || !calls.delete(id)) return;
    if (!error) call.resolve(result as never);
    else if (error.code === sessionNotFound || /crashed|navigated or closed/.test(error.message))
      call.reject(targetGone());
    else call.reject(new Error(`${call.method}: ${error.message}`));
  };
  const session = (id: string): CdpSession => ({
    send(method, ...[params]) {
      if (closed.signal.aborted) return Promise.reject(targetGone());
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      calls.set(++lastId, { method, session: id, resolve, reject });
      pipe.send(JSON.stringify({ id: lastId, method, params, ...(id === browserSession ? {} : { sessionId: id }) }));
      return promise;
    },
    on(event, listener) {
      const ofSession = listeners.get(id) ?? new Map<string, Set<Listener>>();
      listeners.set(id, ofSession);
      const ofEvent = ofSession.get(event) ?? new Set();
      ofSession.set(event, ofEvent.add(listener as Listener));
      return () => void ofEvent.delete(listener as Listener);
    },
  });
  return { browser: session(browserSession), session, closed: closed.signal, [Symbol.dispose]: pipe.close };
}

function targetGone(): NumfleetError {
  return new NumfleetError('render-crashed', 'The page, or its browser, is gone.');
}

const browserSession = '';
const sessionNotFound = -32_001;
