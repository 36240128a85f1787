import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { NumfleetError } from '@numfleet/contracts';
import type { EgressTarget } from './egress-hosts.ts';
import type { OpenSocket } from './open-socket.ts';

const addressesTried = 3;
/** RFC 8305 §5: the delay after which the next address is tried, while the one before may still answer. */
const nextAddressAfterMs = 250;

/**
 * Connects to whichever of a host's addresses answers first, tried in their order; the other attempts are ended.
 * Rejects with NumfleetError: `aborted`, `proxy-failed`, or `connect-failed` where none answered.
 */
export async function connectFirst(
  open: OpenSocket,
  targets: readonly EgressTarget[],
  signal: AbortSignal,
): Promise<Socket> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const attempts: Promise<Socket>[] = [];
  let won: Socket | null = null;
  try {
    for (const target of targets.slice(0, addressesTried)) {
      attempts.push(open(target, stop));
      const pause = sleep(nextAddressAfterMs, null, { signal: stop });
      won = await Promise.race([Promise.any(attempts), pause]).catch(() => null);
      if (won !== null || signal.aborted) break;
    }
    won ??= await Promise.any(attempts).catch((failed: AggregateError) => {
      throw failureOf(failed.errors, signal);
    });
    return won;
  } finally {
    over.abort();
    for (const attempt of attempts) void attempt.then((socket) => socket !== won && socket.destroy()).catch(() => {});
  }
}

function failureOf(errors: unknown[], signal: AbortSignal): unknown {
  if (signal.aborted) return errors.at(-1);
  // Of the operator's own proxy, and not of the host: another thing to be repaired by somebody else.
  const ours = errors.find((error) => error instanceof NumfleetError && error.code === 'proxy-failed');
  if (ours !== undefined) return ours;
  return new NumfleetError('connect-failed', 'No address of the host accepted a connection.', { cause: errors.at(-1) });
}
