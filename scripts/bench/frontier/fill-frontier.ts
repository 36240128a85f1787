import { campaignSettings } from '@numfleet/contracts';
import { ensureSightingPartitions, migrate, type Store } from '@numfleet/store';

export interface FrontierSize {
  hosts: number;
  pages: number;
}

/** Rows a statement: each ends within the time of a statement, and an interrupt is heard between two. */
const hostsAStatement = 5_000;

/** Every host of a frontier is due from this time on. */
export const filledAt = new Date('2026-11-23T10:00:00Z');

/**
 * Fills an empty database with campaign 1 and its queued pages, the robots.txt of every host known. Without the triggers of
 * `pages`, whose deltas would be as many rows again to no end: the counts are written at once.
 */
export async function fillFrontier(
  store: Store,
  connectionString: string,
  { hosts, pages }: FrontierSize,
  signal: AbortSignal,
): Promise<void> {
  await migrate({ connectionString });
  const settings = campaignSettings.parse({ purpose: 'bench', scope: 'any', maxPages: 1_000_000_000 });
  await store.query('insert into campaigns (name, purpose, settings, created_at) values ($1, $1, $2, $3)', [
    'bench',
    JSON.stringify(settings),
    filledAt,
  ]);
  await ensureSightingPartitions(store, { now: filledAt });
  await store.query('alter table pages disable trigger user');
  for (let from = 0; from < hosts; from += hostsAStatement) {
    signal.throwIfAborted();
    const to = Math.min(hosts, from + hostsAStatement);
    await fillHosts(store, from + 1, to);
    await store.query(
      `insert into pages (host_id, origin_id, campaign_id, page_key, url, state, depth, via, created_at)
       select h.id, h.id, 1, substring(sha256((h.id || '/' || n)::bytea) for 16), jsonb_build_object('p', 'http://' || h.host || '/page/' || n),
         'queued', 1 + n % 3, 'link', $3
       from hosts h, generate_series(1, $4::int) n where h.id between $1 and $2`,
      [from + 1, to, filledAt, pages / hosts],
    );
  }
  await store.query('alter table pages enable trigger user');
  await store.query("insert into campaign_counts values (1, 'discovered', $1), (1, 'queued', $1)", [pages]);
  await store.query('insert into frontiers (host_id, origin_id, campaign_id) select id, id, 1 from hosts');
  await store.query('vacuum (analyze) hosts, origins, frontiers, pages');
}

async function fillHosts(store: Store, from: number, to: number): Promise<void> {
  await store.query(
    `insert into hosts (id, host, due_at) overriding system value
     select n, 'h' || n || '.test', $3 from generate_series($1::bigint, $2::bigint) n`,
    [from, to, filledAt],
  );
  await store.query(
    `insert into origins (id, host_id, origin, robots_host_id, robots_state, robots_expires_at, robots_outcome, robots_rules)
     overriding system value
     select id, id, 'http://' || host, id, 'known', $3::timestamptz + interval '1 day', 'fetched', '[]'
     from hosts where id between $1 and $2`,
    [from, to, filledAt],
  );
}
