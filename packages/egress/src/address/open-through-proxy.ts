import { once } from 'node:events';
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { NumfleetError } from '@numfleet/contracts';
import { abortable } from './abortable.ts';
import type { EgressTarget } from './egress-hosts.ts';
import type { OpenSocket } from './open-socket.ts';

const attemptTimeoutMs = 10_000;
const maxHeadBytes = 16_384;

/**
 * Opens connections by CONNECT (RFC 9110 §9.3.6) through the operator's own proxy: `http://` or `https://`, with
 * `user:password@` where it asks who comes. It is given the address that was checked, never the name: a proxy that
 * resolves names itself could be led where the guard would not go (I5). Its own address is not checked, since it is the
 * operator's and mostly private.
 *
 * Rejects with NumfleetError `proxy-failed` where the proxy is not to be had or does not want us, and with any other error
 * where it says that the address does not answer.
 */
export function createProxyOpener(proxy: URL): OpenSocket {
  return async ({ address, port }, signal) => {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]);
    const socket = dial(proxy);
    try {
      await askFor({ address, port }, socket, proxy, deadline);
      judge(await abortable(readHead(socket), deadline));
      return socket;
    } catch (error) {
      socket.on('error', () => {}).destroy();
      if (signal.aborted || error instanceof Unreachable) throw error;
      throw asFailure(error);
    }
  };
}

/** Of the documentation range (RFC 5737): nothing is there that could hear of it. */
const nowhere = { address: '192.0.2.1', port: 443 };
const patienceMs = 2_000;

/**
 * Whether the operator's own proxy is there, and knows us: it is asked for an address that does not exist, and one that is
 * still trying after 2 s has let us in. Rejects with NumfleetError `proxy-failed`, which says what is amiss.
 */
export async function checkOperatorProxy(proxy: URL): Promise<void> {
  const deadline = AbortSignal.timeout(attemptTimeoutMs);
  const socket = dial(proxy).on('error', () => {});
  try {
    await askFor(nowhere, socket, proxy, deadline);
    const status = await Promise.race([readHead(socket), wait(patienceMs, null, { ref: false })]);
    if (status !== null) judge(status);
  } catch (error) {
    if (error instanceof Unreachable) return;
    throw asFailure(error);
  } finally {
    socket.destroy();
  }
}

async function askFor({ address, port }: EgressTarget, socket: Socket, proxy: URL, deadline: AbortSignal) {
  await abortable(once(socket, proxy.protocol === 'https:' ? 'secureConnect' : 'connect'), deadline);
  socket.write(connectRequest(proxy, `${isIPv6(address) ? `[${address}]` : address}:${port}`));
}

/** What the proxy says of the address. */
class Unreachable extends Error {}

function dial(proxy: URL): Socket {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  const secure = proxy.protocol === 'https:';
  const port = proxy.port === '' ? (secure ? 443 : 80) : Number(proxy.port);
  if (!secure) return connectTcp({ host, port, noDelay: true });
  return connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) });
}

function connectRequest(proxy: URL, authority: string): string {
  const { username, password } = proxy;
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const authorization = username === '' ? '' : `Proxy-Authorization: Basic ${credentials}\r\n`;
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`;
}

/**
 * The status of the answer. What came after its head is put back. By `readable`, for a socket that was once paused, as
 * after reading its `data`, is read by nobody who does not know that.
 */
async function readHead(socket: Socket): Promise<number> {
  let read = Buffer.alloc(0);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const onReadable = () => {
    read = Buffer.concat([read, socket.read() ?? Buffer.alloc(0)]);
    const end = read.indexOf('\r\n\r\n');
    if (end === -1) return read.length > maxHeadBytes ? reject(failed('answers without end')) : undefined;
    socket.off('readable', onReadable);
    if (read.length > end + 4) socket.unshift(read.subarray(end + 4));
    resolve(Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(read.toString('latin1', 0, end))?.[1]));
  };
  const onEnd = () => reject(failed('hung up'));
  socket.on('readable', onReadable).once('error', reject).once('end', onEnd).once('close', onEnd);
  try {
    return await promise;
  } finally {
    socket.off('readable', onReadable).off('error', reject).off('end', onEnd).off('close', onEnd);
  }
}

/** 502 to 504 are of the way beyond the proxy; all else that is no success is between it and us. */
function judge(status: number): void {
  if (status >= 200 && status < 300) return;
  if (status >= 502 && status <= 504) throw new Unreachable(`the proxy answered ${status}`);
  throw failed(status === 407 ? 'wants other credentials' : 'refuses to connect to addresses');
}

function asFailure(error: unknown): NumfleetError {
  return error instanceof NumfleetError && error.code === 'proxy-failed' ? error : failed('cannot be used', error);
}

function failed(what: string, cause?: unknown): NumfleetError {
  return new NumfleetError('proxy-failed', `The proxy ${what}. See NUMFLEET_PROXY in docs/egress.md.`, { cause });
}
