import { NumfleetError } from '@numfleet/contracts';
import type { Db, Transaction } from './store.ts';

export interface OriginIds {
  host: string;
  hostId: string;
  originId: string;
}

/**
 * Ids of origins and their hosts, by origin; those that are not there are made. Sorted, so that two transactions that
 * make the same ones cannot deadlock.
 */
export async function ensureOrigins(
  tx: Transaction,
  places: readonly { host: string; origin: string }[],
): Promise<Map<string, OriginIds>> {
  const hostOf = new Map(places.map(({ origin, host }) => [origin, host]));
  const found = await findOrigins(tx, hostOf);
  const missing = [...hostOf.keys()].filter((origin) => !found.has(origin));
  if (missing.length === 0) return found;
  const hosts = missing.map((origin) => hostOf.get(origin) ?? origin);
  await ensureHosts(tx, hosts);
  await tx.query(
    `insert into origins (host_id, origin, robots_host_id)
     select h.id, missing.origin, h.id
     from unnest($1::text[], $2::text[]) as missing (host, origin) join hosts h on h.host = missing.host
     order by missing.origin on conflict (origin) do nothing`,
    [hosts, missing],
  );
  const all = await findOrigins(tx, hostOf);
  if (all.size !== hostOf.size) {
    throw new NumfleetError('commit-failed', `Of ${hostOf.size} origins ${all.size} could be made.`);
  }
  return all;
}

/** Makes the hosts that are not there, and gives the ids of all. */
export async function ensureHosts(tx: Transaction, hosts: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(hosts)];
  await tx.query(
    `insert into hosts (host)
     select wanted.host from unnest($1::text[]) as wanted (host)
     where not exists (select from hosts h where h.host = wanted.host)
     order by wanted.host on conflict (host) do nothing`,
    [wanted],
  );
  return await findHosts(tx, wanted);
}

/** Ids of the hosts that are there. */
export async function findHosts(db: Db, hosts: Iterable<string>): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; host: string }>(
    'select id, host from hosts where host = any($1::text[])',
    [[...new Set(hosts)]],
  );
  return new Map(rows.map((row) => [row.host, row.id]));
}

async function findOrigins(tx: Transaction, hostOf: ReadonlyMap<string, string>): Promise<Map<string, OriginIds>> {
  const { rows } = await tx.query<OriginIds & { origin: string }>(
    `select o.origin, o.id as "originId", o.host_id as "hostId", h.host
     from origins o join hosts h on h.id = o.host_id where o.origin = any($1::text[])`,
    [[...hostOf.keys()]],
  );
  return new Map(rows.map(({ origin, ...ids }) => [origin, ids]));
}
