import { NumfleetError } from '@numfleet/contracts';
import { type Admission, admitPages, canReadmit, type KnownPage, type OfferedPage } from './admission.ts';
import { ensureOrigins, findHosts, type OriginIds } from './ensure-origins.ts';
import type { LockedCampaign } from './lock-campaign.ts';
import { sitemapsOfNewOrigins } from './meet-origins.ts';
import type { SitemapsOf } from './offer-sitemap.ts';
import type { Db, Transaction } from './store.ts';
import { readShapeCounts, writeShapeCounts } from './traps/shape-counts.ts';

export interface InsertOptions {
  now: Date;
  /** Rows kept of excluded URLs, a host and campaign (I9). */
  excludedCap?: number;
  /** Of campaigns that read sitemaps; without it none are looked for. */
  sitemapsOf?: SitemapsOf;
}

export interface InsertReport {
  /** Queued by this call. */
  added: number;
  /** The campaign had them already, or they were offered twice. */
  known: number;
  /** Not to be fetched, kept as rows or counted in `excluded_overflow`. */
  excluded: number;
}

/**
 * Puts offered pages into a campaign, once each (I9): queued within the page budget, else excluded. The only place
 * where pages come from. That the campaign is locked makes the budget, the cap and "known" exact.
 */
export async function insertPages(
  tx: Transaction,
  campaign: LockedCampaign,
  offered: readonly OfferedPage[],
  options: InsertOptions,
): Promise<InsertReport> {
  if (offered.length === 0) return { added: 0, known: 0, excluded: 0 };
  const judged = campaign.state === 'cancelled' ? offered.map(asCancelled) : offered;
  const known = await findKnown(tx, campaign.id, judged);
  const excludedBefore = await readExcludedRows(tx, campaign.id, judged);
  const excludedRows = new Map(excludedBefore);
  const budget = campaign.settings.maxPages - (await countAdmitted(tx, campaign.id));
  const sitemaps = await countSitemaps(tx, campaign.id, judged);
  const excludedCap = options.excludedCap ?? 100;
  const shapes = await readShapeCounts(tx, campaign.id, judged);
  const admission = admitPages(judged, { budget, excludedCap, excludedRows, sitemaps, shapes, known });
  const origins = await ensureOrigins(tx, admission.inserted);
  await insertRows(tx, campaign.id, admission.inserted, origins, options.now);
  await readmit(tx, admission.readmitted);
  await countExcluded(tx, campaign.id, excludedBefore, excludedRows, origins);
  await writeShapeCounts(tx, campaign.id, shapes.changes(), hostIdsOf(admission, origins));
  if (admission.overflow > 0) {
    await tx.query('update campaigns set excluded_overflow = excluded_overflow + $2 where id = $1', [
      campaign.id,
      admission.overflow,
    ]);
  }
  const queued = admission.inserted.filter((page) => page.excluded === null);
  const admitted = [...queued, ...admission.readmitted.map((one) => one.offered)];
  await insertPages(tx, campaign, await sitemapsOfNewOrigins(tx, campaign, admitted, options.sitemapsOf), options);
  return {
    added: admitted.length,
    known: admission.known,
    excluded: admission.inserted.length - queued.length + admission.overflow,
  };
}

/**
 * The offered pages that may be new to the campaign. Most links of a page are known; dropping those before the
 * campaign is locked keeps the lock short, and for most results needless.
 */
export async function dropKnown(db: Db, campaignId: string, offered: readonly OfferedPage[]): Promise<OfferedPage[]> {
  if (offered.length === 0) return [];
  const known = await findKnown(db, campaignId, offered);
  return offered.filter((page) => {
    const row = known.get(page.pageKey.toString('hex'));
    return !row || canReadmit(row, page);
  });
}

const asCancelled = (page: OfferedPage): OfferedPage => ({
  ...page,
  excluded: page.excluded ?? 'campaign-cancelled',
});

async function findKnown(db: Db, campaignId: string, offered: readonly OfferedPage[]): Promise<Map<string, KnownPage>> {
  const hostIds = await findHosts(
    db,
    offered.map((page) => page.host),
  );
  const placed = offered.filter((page) => hostIds.has(page.host));
  // One look into one partition's unique index a host, and `offset 0` keeps it so: as a plain join the planner prices each
  // at 8 partitions and reads all pages instead. 2,500 keys of 50 hosts: 3 ms; a look a key, and its host's: 10 ms.
  const { rows } = await db.query<KnownPage & { key: string }>(
    `select encode(p.page_key, 'hex') as key, p.id, p.host_id as "hostId", p.state, p.code
     from (
       select host_id, array_agg(substring($3::bytea from 16 * at::int - 15 for 16)) as page_keys
       from unnest($2::bigint[]) with ordinality as offered (host_id, at) group by host_id
     ) offered
     cross join lateral (
       select id, host_id, page_key, state, code from pages
       where host_id = offered.host_id and page_key = any(offered.page_keys) and campaign_id = $1 offset 0
     ) p`,
    [campaignId, idsOf(placed, (page) => hostIds.get(page.host)), keysOf(placed)],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

async function readExcludedRows(
  db: Db,
  campaignId: string,
  offered: readonly OfferedPage[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ host: string; rows: number }>(
    `select h.host, e.rows from excluded_rows e join hosts h on h.id = e.host_id
     where e.campaign_id = $1 and h.host = any($2::text[])`,
    [campaignId, [...new Set(offered.map((page) => page.host))]],
  );
  return new Map(rows.map((row) => [row.host, row.rows]));
}

async function countSitemaps(
  db: Db,
  campaignId: string,
  offered: readonly OfferedPage[],
): Promise<Map<string, number>> {
  const hosts = new Set(offered.filter((page) => page.sitemapFor).map((page) => page.host));
  if (hosts.size === 0) return new Map();
  const { rows } = await db.query<{ host: string; count: number }>(
    `select h.host, count(*)::int as count from hosts h join pages p on p.host_id = h.id
     where h.host = any($2::text[]) and p.campaign_id = $1 and p.kind = 'sitemap' group by h.host`,
    [campaignId, [...hosts]],
  );
  return new Map(rows.map((row) => [row.host, row.count]));
}

function hostIdsOf(admission: Admission, origins: ReadonlyMap<string, OriginIds>): Map<string, string> {
  return new Map([
    ...[...origins.values()].map(({ host, hostId }) => [host, hostId] as const),
    ...admission.readmitted.map(({ hostId, offered }) => [offered.host, hostId] as const),
  ]);
}

/** Pages that count against the budget: all but the excluded. Exact, since whoever adds one holds the same lock. */
async function countAdmitted(db: Db, campaignId: string): Promise<number> {
  const { rows } = await db.query<{ admitted: string }>(
    `select coalesce(sum(value), 0) as admitted from campaign_totals
     where campaign_id = $1 and counter in ('queued', 'leased', 'done', 'failed')`,
    [campaignId],
  );
  return Number(rows[0]?.admitted ?? 0);
}

async function insertRows(
  tx: Transaction,
  campaignId: string,
  pages: readonly OfferedPage[],
  origins: Map<string, OriginIds>,
  now: Date,
): Promise<void> {
  if (pages.length === 0) return;
  const column = <T>(of: (page: OfferedPage) => T) => pages.map(of);
  // Arrays, and not one JSON of rows: 2,500 rows in 113 ms instead of 170 (COPY: 85). Keys and addresses, which are most of it,
  // as they are: an array of them is quoted, and keys besides in hex.
  const { count } = await tx.query(
    `insert into pages (host_id, origin_id, campaign_id, page_key, url, state, code, depth, via, found_on, created_at,
       kind, sitemap_for)
     select host_id, origin_id, $1, substring($5::bytea from 16 * at::int - 15 for 16), url::jsonb,
       case when excluded is null then 'queued' else 'excluded' end, excluded, depth, via, found_on, $2,
       case when sitemap_for is null then 'page' else 'sitemap' end, sitemap_for
     from unnest($3::bigint[], $4::bigint[], string_to_array($6, e'\\n'), $7::text[], $8::int[], $9::text[],
       $10::bigint[], $11::text[])
       with ordinality as page (host_id, origin_id, url, excluded, depth, via, found_on, sitemap_for, at)`,
    [
      campaignId,
      now,
      idsOf(pages, (page) => origins.get(page.origin)?.hostId),
      idsOf(pages, (page) => origins.get(page.origin)?.originId),
      keysOf(pages),
      column((page) => JSON.stringify(page.url)).join('\n'),
      column((page) => page.excluded),
      idsOf(pages, (page) => page.depth),
      column((page) => page.via),
      idsOf(pages, (page) => page.foundOn),
      column((page) => page.sitemapFor ?? null),
    ],
  );
  if (count !== pages.length) {
    throw new NumfleetError('commit-failed', `Of ${pages.length} new pages ${count} were inserted.`);
  }
}

async function readmit(
  tx: Transaction,
  pages: readonly { id: string; hostId: string; offered: OfferedPage }[],
): Promise<void> {
  if (pages.length === 0) return;
  const rows = pages.map(({ id, hostId, offered: { depth, via, foundOn } }) => ({ id, hostId, depth, via, foundOn }));
  await tx.query(
    `update pages p set state = 'queued', code = null, depth = r.depth, via = r.via, found_on = r."foundOn"
     from jsonb_to_recordset($1::jsonb) as r (id bigint, "hostId" bigint, depth int, via text, "foundOn" bigint)
     where p.id = r.id and p.host_id = r."hostId"`,
    [JSON.stringify(rows)],
  );
}

async function countExcluded(
  tx: Transaction,
  campaignId: string,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  origins: Map<string, OriginIds>,
): Promise<void> {
  const hostIds = new Map([...origins.values()].map((ids) => [ids.host, ids.hostId]));
  const changed = [...after].filter(([host, rows]) => before.get(host) !== rows);
  if (changed.length === 0) return;
  await tx.query(
    `insert into excluded_rows (campaign_id, host_id, rows)
     select $1, "hostId", rows from jsonb_to_recordset($2::jsonb) as e ("hostId" bigint, rows int)
     on conflict (campaign_id, host_id) do update set rows = excluded.rows`,
    [campaignId, JSON.stringify(changed.map(([host, rows]) => ({ hostId: hostIds.get(host), rows })))],
  );
}

/** As Postgres spells an array of integers. */
function idsOf(pages: readonly OfferedPage[], of: (page: OfferedPage) => string | number | null | undefined): string {
  return `{${pages.map((page) => of(page) ?? 'null').join()}}`;
}

/** One after the other, 16 bytes each. */
function keysOf(pages: readonly OfferedPage[]): Buffer {
  return Buffer.concat(pages.map((page) => page.pageKey));
}
