import type { FindingLabel, FindingSource, NumberType, WireUrl } from '@numfleet/contracts';
import { requireCampaign } from './lock-campaign.ts';
import type { Db } from './store.ts';

export interface ListedSighting {
  url: WireUrl;
  at: Date;
  source: FindingSource;
  label: FindingLabel | null;
  confidence: number;
}

export interface ListedNumber {
  blindIndex: Buffer;
  ciphertext: Buffer;
  region: string | null;
  type: NumberType;
  firstSeen: Date;
  lastSeen: Date;
  /** All of them; `sightings` holds the newest. */
  sightingCount: number;
  sightings: ListedSighting[];
}

export interface ListNumbers {
  campaignId: string;
  /** Numbers read at a time. */
  pageSize?: number;
  /** Sightings given with a number, the newest first. */
  maxSightings?: number;
}

/**
 * A campaign's numbers, still sealed, in the order of their blind indexes, read a batch at a time: memory stays flat
 * and no snapshot is held open. Throws `campaign-unknown`.
 */
export async function* listNumbers(db: Db, list: ListNumbers): AsyncGenerator<ListedNumber, void> {
  await requireCampaign(db, list.campaignId);
  const pageSize = list.pageSize ?? 500;
  let after: Buffer = Buffer.alloc(0);
  while (true) {
    const batch = await readBatch(db, list, after, pageSize);
    yield* batch;
    const last = batch.at(-1);
    if (!last || batch.length < pageSize) return;
    after = last.blindIndex;
  }
}

async function readBatch(db: Db, list: ListNumbers, after: Buffer, pageSize: number): Promise<ListedNumber[]> {
  const { rows } = await db.query<Omit<ListedNumber, 'sightings'> & { sightings: (ListedSighting & { at: string })[] }>(
    `select n.blind_index as "blindIndex", n.ciphertext, n.region, n.type, n.first_seen_at as "firstSeen",
       coalesce(seen.last_seen, n.first_seen_at) as "lastSeen", coalesce(seen.count, 0) as "sightingCount",
       coalesce(newest.sightings, '[]') as sightings
     from (select * from numbers where campaign_id = $1 and blind_index > $2 order by blind_index limit $3) n
     left join lateral (
       select max(seen_at) as last_seen, count(*)::int as count from sightings s
       where s.campaign_id = n.campaign_id and s.blind_index = n.blind_index
     ) seen on true
     left join lateral (
       select jsonb_agg(jsonb_build_object('url', p.url, 'at', s.seen_at, 'source', s.source, 'label', s.label,
         'confidence', s.confidence) order by s.seen_at desc, s.page_id) as sightings
       from (
         select * from sightings s where s.campaign_id = n.campaign_id and s.blind_index = n.blind_index
         order by s.seen_at desc, s.page_id limit $4
       ) s join pages p on p.id = s.page_id and p.host_id = s.host_id
     ) newest on true
     order by n.blind_index`,
    [list.campaignId, after, pageSize, list.maxSightings ?? 100],
  );
  return rows.map((row) => ({
    ...row,
    sightings: row.sightings.map((sighting) => ({ ...sighting, at: new Date(sighting.at) })),
  }));
}
