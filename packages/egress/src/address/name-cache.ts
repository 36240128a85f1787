import { setTimeout as sleep } from 'node:timers/promises';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import { abortable } from './abortable.ts';
import type { Lookup, Resolved } from './look-up.ts';
import { createLookUpBrake } from './look-up-brake.ts';

/** The addresses of a name, at least one. Rejects with NumfleetError `dns-failed` or `aborted`. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<string[]>;

export interface NameCacheDependencies {
  lookup: Lookup;
  emit: Emit;
  /** Fires when the door closes. */
  closing: AbortSignal;
  /** Monotonic, ms; apart, so that a test need not wait for a day. */
  now?: () => number;
}

const second = 1_000;
/** A name that lives shorter would be asked for at every page; one that lives longer may have moved. */
const leastTtlMs = 5 * second;
const mostTtlMs = 3_600 * second;
/** Negative answers have their TTL in the SOA record (RFC 2308 §5), which c-ares does not hand out. */
const negativeTtlMs = 60 * second;
/** RFC 8767 §5: from a day to three. */
const mostStaleMs = 86_400 * second;
/** How long a stale answer is held back for a fresh one. RFC 8767 has 1.8 s, for clients that ask once. */
const staleAfterMs = 200;
/** After a failure, the same name is asked for again no sooner: RFC 9520 §3.2, and RFC 8767 §5 while a stale answer serves. */
const failureMs = 5 * second;
const failureWithStaleMs = 30 * second;
const lookUpTimeoutMs = 5 * second;
const mostNames = 10_000;

interface Known {
  /** None: the name has none, or was never resolved. */
  addresses: string[];
  freshUntil: number;
  /** Until then the addresses serve where no better answer is to be had. */
  staleUntil: number;
  /** That of the last look-up, and until when it is not tried again. */
  failure: { result: 'failed' | 'timeout'; until: number } | null;
}

interface Pending {
  /** Never rejects. */
  answer: Promise<Known>;
  late: Promise<null>;
}

/**
 * Keeps answers by their TTL, within bounds; asks for a name once at a time, however many wait; serves the last good
 * answer where none comes (RFC 8767), and says so. What it gives is not checked: the guard does that at every use.
 */
export function createNameCache({
  lookup,
  emit,
  closing,
  now = () => performance.now(),
}: NameCacheDependencies): Resolve {
  const names = new Map<string, Known>();
  const pending = new Map<string, Pending>();
  const brake = createLookUpBrake();

  return async (name, signal) => {
    const known = names.get(name);
    // To the end: the least recently used name is the first.
    if (known !== undefined) keep(name, known);
    if (known !== undefined && now() < known.freshUntil) return give(known, 'cached');
    const usable = known !== undefined && known.addresses.length > 0 && now() < known.staleUntil ? known : null;
    if (known?.failure && now() < known.failure.until) return give(usable ?? { ...known, addresses: [] }, 'stale');

    const asked = pending.get(name) ?? (brake.admits() ? begin(name, usable) : null);
    if (asked === null) return give(usable ?? notAsked, 'stale');
    const { answer, late } = asked;
    if (usable === null) return give(await abortable(answer, signal), 'fresh');
    const first = await abortable(Promise.race([answer, late]), signal);
    return first === null || first.failure !== null ? give(usable, 'stale') : give(first, 'fresh');
  };

  function begin(name: string, usable: Known | null): Pending {
    const answer = ask(name, usable).then((known) => {
      pending.delete(name);
      keep(name, known);
      return known;
    });
    const asked = { answer, late: sleep(staleAfterMs, null, { ref: false }) };
    pending.set(name, asked);
    return asked;
  }

  async function ask(name: string, usable: Known | null): Promise<Known> {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(lookUpTimeoutMs)]);
    const ended = brake.begin();
    try {
      const resolved = await abortable(lookup(name, signal), signal);
      ended('answered');
      return fromAnswer(resolved, now());
    } catch (error) {
      const result = signal.aborted || isTimeout(error) ? 'timeout' : 'failed';
      ended(result);
      const until = now() + (usable === null ? failureMs : failureWithStaleMs);
      return { ...(usable ?? nothingKnown), failure: { result, until } };
    }
  }

  function keep(name: string, known: Known): void {
    names.delete(name);
    names.set(name, known);
    const [oldest] = names.keys();
    if (names.size > mostNames && oldest !== undefined) names.delete(oldest);
  }

  function give({ addresses, failure }: Known, result: 'fresh' | 'cached' | 'stale'): string[] {
    emit({ type: 'egress.resolved', result: addresses.length > 0 ? result : (failure?.result ?? 'negative') });
    if (addresses.length === 0) throw new NumfleetError('dns-failed', 'The host name did not resolve.');
    return addresses;
  }
}

const nothingKnown: Known = { addresses: [], freshUntil: 0, staleUntil: 0, failure: null };
const notAsked: Known = { ...nothingKnown, failure: { result: 'failed', until: 0 } };

function fromAnswer({ addresses, ttlSeconds }: Resolved, at: number): Known {
  const ttlMs = addresses.length === 0 ? negativeTtlMs : ttlSeconds * second;
  const freshUntil = at + Math.min(Math.max(ttlMs, leastTtlMs), mostTtlMs);
  return { addresses, freshUntil, staleUntil: freshUntil + mostStaleMs, failure: null };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
