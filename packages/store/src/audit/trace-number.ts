import type { FindingSource, NumberType, WireUrl } from '@numfleet/contracts';
import type { Subject } from '../erasure/erase-numbers.ts';
import type { Db } from '../store.ts';

interface TracedCampaign {
  campaignId: string;
  name: string;
  purpose: string;
  retentionDays: number;
  region: string | null;
  type: NumberType;
  hasExtension: boolean;
  firstSeen: Date;
}

interface TracedSighting {
  campaignId: string;
  pageId: string;
  url: WireUrl;
  at: Date;
  source: FindingSource;
  /** The crawler that read it; null where the commit's event is not found. */
  worker: string | null;
  expiresAt: Date;
}

interface TracedEvent {
  at: Date;
  actor: string;
  action: string;
  campaignId: string | null;
  details: Record<string, string | number | boolean | null>;
}

export interface TracedNumber {
  suppressed: { since: Date; reason: 'erased' | 'opted-out' } | null;
  campaigns: TracedCampaign[];
  /** The newest 1,000. */
  sightings: TracedSighting[];
  sightingCount: number;
  /** Exports and reveals of its campaigns since it was first seen there, and what was done with this number by name. */
  events: TracedEvent[];
  /** Ids of the keys that it rests under, by name. */
  keys: Record<string, string>;
}

const maxSightings = 1_000;
const maxEvents = 1_000;

/** All that the database knows of a number and its extensions, over all campaigns: where it is, whence it came, who saw it. */
export async function traceNumber(db: Db, { lineIndex, suppressionIndex }: Subject): Promise<TracedNumber> {
  const campaigns = await readCampaigns(db, lineIndex);
  const sightings = await readSightings(db, lineIndex);
  return {
    suppressed: await readSuppression(db, suppressionIndex),
    campaigns,
    sightings: sightings.map(({ count: _, ...sighting }) => sighting),
    sightingCount: sightings[0]?.count ?? 0,
    events: await readEvents(db, campaigns, suppressionIndex.toString('hex')),
    keys: await readKeyIds(db),
  };
}

/** SQL: the rows of `numbers` that are the number or an extension of it. */
const held = `(
  select n.* from campaigns c join numbers n on n.campaign_id = c.id and n.blind_index = $1
  union all select * from numbers where line_index = $1
) n`;

async function readCampaigns(db: Db, lineIndex: Buffer): Promise<TracedCampaign[]> {
  const { rows } = await db.query<TracedCampaign>(
    `select c.id as "campaignId", c.name, c.purpose, c.retention_days as "retentionDays", n.region, n.type,
       n.line_index is not null as "hasExtension", n.first_seen_at as "firstSeen"
     from ${held} join campaigns c on c.id = n.campaign_id order by n.first_seen_at, c.id`,
    [lineIndex],
  );
  return rows;
}

async function readSightings(db: Db, lineIndex: Buffer): Promise<(TracedSighting & { count: number })[]> {
  const { rows } = await db.query<TracedSighting & { count: number }>(
    `select s.campaign_id as "campaignId", s.page_id as "pageId", p.url, s.seen_at as at, s.source,
       s.expires_at as "expiresAt", s.count, (
         select details ->> 'worker' from audit_events
         where action = 'page.committed' and details ->> 'page' = s.page_id::text and at >= s.seen_at order by at limit 1
       ) as worker
     from (
       select s.*, count(*) over ()::int as count from ${held}
         join sightings s on s.campaign_id = n.campaign_id and s.blind_index = n.blind_index
       order by s.seen_at desc, s.page_id limit $2
     ) s cross join lateral (select url from pages where id = s.page_id and host_id = s.host_id limit 1) p
     order by s.seen_at desc, s.page_id`,
    [lineIndex, maxSightings],
  );
  return rows;
}

async function readSuppression(db: Db, index: Buffer): Promise<TracedNumber['suppressed']> {
  const { rows } = await db.query<{ since: Date; reason: 'erased' | 'opted-out' }>(
    'select since, reason from suppressions where suppression_index = $1',
    [index],
  );
  return rows[0] ?? null;
}

async function readEvents(db: Db, campaigns: readonly TracedCampaign[], subject: string): Promise<TracedEvent[]> {
  const { rows } = await db.query<TracedEvent>(
    `select at, actor, action, campaign_id as "campaignId", details from (
       select e.* from unnest($1::bigint[], $2::timestamptz[]) as c (id, first_seen)
         join audit_events e on e.campaign_id = c.id and e.at >= c.first_seen
       where e.action in ('numbers.exported', 'numbers.exported.ended', 'numbers.revealed', 'numbers.revealed.ended')
       union select * from audit_events where details ? 'subject' and details ->> 'subject' = $3
     ) events order by id limit $4`,
    [campaigns.map((one) => one.campaignId), campaigns.map((one) => one.firstSeen), subject, maxEvents],
  );
  return rows;
}

async function readKeyIds(db: Db): Promise<Record<string, string>> {
  const { rows } = await db.query<{ name: string; id: string }>(
    `select name, key_id as id from bound_keys where name in ('number-index', 'number-storage', 'sealing-public') order by 1`,
  );
  return Object.fromEntries(rows.map(({ name, id }) => [name, id]));
}
