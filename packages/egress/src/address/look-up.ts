import { Resolver } from 'node:dns/promises';
import { NumfleetError } from '@numfleet/contracts';
import { abortable } from './abortable.ts';

/** All addresses of a name; none, or a rejection, where it does not resolve. */
export type Lookup = (name: string, signal: AbortSignal) => Promise<string[]>;

const lookUpTimeoutMs = 5_000;

/**
 * Asks the name servers themselves, the system's unless given (`127.0.0.1:5353`). Not `dns.lookup`: getaddrinfo runs in
 * libuv's four threads, which decompression shares, so four slow names would stall every page; and it adds search
 * domains, which a public name never needs.
 */
export function createDnsLookup(servers?: string[]): Lookup {
  return async (name, signal) => {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const [v4 = [], v6 = []] = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      return alternate(v4, v6);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** So that the first few addresses are of both families, and a machine that has but one of them finds it soon. */
function alternate(v4: string[], v6: string[]): string[] {
  const rounds = Array.from({ length: Math.max(v4.length, v6.length) }, (_, i) => [v4[i], v6[i]]);
  return rounds.flat().filter((address) => address !== undefined);
}

/** Makes simultaneous look-ups of one name a single one, with a time-out of its own: whoever waits may leave earlier. */
export function coalesceLookups(lookup: Lookup, closing: AbortSignal): Lookup {
  const pending = new Map<string, Promise<string[]>>();
  return (name, signal) => {
    let answer = pending.get(name);
    if (answer === undefined) {
      answer = boundedLookup(lookup, name, closing).finally(() => pending.delete(name));
      pending.set(name, answer);
    }
    return abortable(answer, signal);
  };
}

async function boundedLookup(lookup: Lookup, name: string, closing: AbortSignal): Promise<string[]> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(lookUpTimeoutMs)]);
  try {
    const addresses = await abortable(lookup(name, signal), signal);
    if (addresses.length > 0) return addresses;
  } catch (cause) {
    throw unresolved({ cause });
  }
  throw unresolved();
}

function unresolved(options?: ErrorOptions): NumfleetError {
  return new NumfleetError('dns-failed', 'The host name did not resolve.', options);
}
