import { connect, type Socket } from 'node:net';
import { abortable } from './abortable.ts';
import type { EgressTarget } from './egress-hosts.ts';

export type OpenSocket = (target: EgressTarget, signal: AbortSignal) => Promise<Socket>;

const attemptTimeoutMs = 5_000;

/** One attempt at a TCP connection to an IP address, which nothing resolves any more. */
export const openSocket: OpenSocket = async ({ address, port }, signal) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: address, port, noDelay: true });
  socket.once('connect', resolve).once('error', reject);
  socket.setTimeout(attemptTimeoutMs, () => reject(new Error('the connection attempt timed out')));
  try {
    await abortable(promise, signal);
    return socket.setTimeout(0).removeAllListeners('timeout').off('error', reject);
  } catch (error) {
    // The refusal may come after we left: an error without a listener would end the process.
    socket.on('error', () => {}).destroy();
    throw error;
  }
};
