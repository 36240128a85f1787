import { Resolver } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Resolved {
  /** Of both families; none where the name, as the name servers say, has none. */
  addresses: string[];
  /** How long they may be kept: the least of all records. 0 where there are none. */
  ttlSeconds: number;
}

/** Asks for a name. Rejects where no answer is to be had, with a DOMException `TimeoutError` if none came in time. */
export type Lookup = (name: string, signal: AbortSignal) => Promise<Resolved>;

interface Asking {
  name: string;
  servers: readonly string[];
  signal: AbortSignal;
  onAnswer: (server: string) => void;
}

/** Under that of the cache, so that one family's addresses are kept where the other's servers say nothing. */
const lookUpTimeoutMs = 4_500;
/** A datagram may be lost, and a server dead: then the next is asked, while the earlier may still answer. */
const nextServerAfterMs = 1_500;
const mostQuestions = 3;

/**
 * Asks the name servers themselves, the system's unless given (`127.0.0.1:5353`), and first the one that answered last.
 * Not `dns.lookup`: getaddrinfo tells no TTL, and runs in libuv's four threads, which decompression shares, so four
 * slow names would stall every page. `/etc/hosts` and search domains are thus left out on purpose: a public name needs
 * neither, and what is private is reached by NUMFLEET_EGRESS_HOSTS alone.
 */
export function createDnsLookup(given?: readonly string[]): Lookup {
  let preferred: string | null = null;
  return async (name, signal) => {
    // A new resolver reads /etc/resolv.conf, which changes under a process that runs for weeks.
    const servers = (given ?? new Resolver().getServers()).toSorted(
      (a, b) => Number(b === preferred) - Number(a === preferred),
    );
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(lookUpTimeoutMs)]);
    const onAnswer = (server: string) => {
      preferred = server;
    };
    const asking = { name, servers, signal: deadline, onAnswer };
    const [v4, v6] = await Promise.allSettled([
      askInTurn(asking, (resolver) => resolver.resolve4(name, { ttl: true })),
      askInTurn(asking, (resolver) => resolver.resolve6(name, { ttl: true })),
    ]);
    const records = alternate(v4.status === 'fulfilled' ? v4.value : [], v6.status === 'fulfilled' ? v6.value : []);
    if (records.length === 0) {
      deadline.throwIfAborted();
      for (const family of [v4, v6]) if (family.status === 'rejected') throw family.reason;
      return { addresses: [], ttlSeconds: 0 };
    }
    return {
      addresses: records.map(({ address }) => address),
      ttlSeconds: Math.min(...records.map(({ ttl }) => ttl)),
    };
  };
}

interface AddressRecord {
  address: string;
  /** Seconds. */
  ttl: number;
}

type Query = (resolver: Resolver) => Promise<AddressRecord[]>;

/**
 * The first answer of any server. Not left to c-ares, which does as much: it takes its time-outs from the latency it
 * has seen (five times the mean), and so gives up the one slow name among quick ones.
 */
async function askInTurn(asking: Asking, query: Query): Promise<AddressRecord[]> {
  const { servers, signal } = asking;
  const answered = new AbortController();
  const stop = AbortSignal.any([signal, answered.signal]);
  const failed = new Set<string>();
  const running: Promise<AddressRecord[]>[] = [];
  try {
    for (let turn = 0; turn < Math.max(mostQuestions, servers.length) && !signal.aborted; turn++) {
      const server = servers[turn % servers.length];
      // Who refuses would refuse again.
      if (server === undefined || failed.has(server)) continue;
      const answer = ask(server, asking, query, stop);
      answer.catch(() => failed.add(server));
      running.push(answer);
      const first = await Promise.race([Promise.any(running), sleep(nextServerAfterMs, null, { signal: stop })]).catch(
        () => null,
      );
      if (first !== null) return first;
    }
    return await Promise.any(running);
  } finally {
    answered.abort();
  }
}

async function ask(server: string, asking: Asking, query: Query, stop: AbortSignal): Promise<AddressRecord[]> {
  const resolver = new Resolver({ timeout: lookUpTimeoutMs, tries: 1 });
  resolver.setServers([server]);
  const cancel = () => resolver.cancel();
  stop.addEventListener('abort', cancel, { once: true });
  try {
    const records = await query(resolver).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
      throw error;
    });
    asking.onAnswer(server);
    return records;
  } finally {
    stop.removeEventListener('abort', cancel);
  }
}

/** So that the first few addresses are of both families, and a machine that has but one of them finds it soon. */
function alternate<T>(v4: T[], v6: T[]): T[] {
  const rounds = Array.from({ length: Math.max(v4.length, v6.length) }, (_, i) => [v4[i], v6[i]]);
  return rounds.flat().filter((record) => record !== undefined);
}
