import type { FindingLabel, FindingSource, NumberType, WireUrl } from '@numfleet/contracts';
import type { Db } from './store.ts';

export interface NewestSighting {
  blindIndex: Buffer;
  ciphertext: Buffer;
  /** The campaign's key, wrapped; null where it has none. */
  wrappedKey: Buffer | null;
  region: string | null;
  type: NumberType;
  campaignId: string;
  url: WireUrl;
  at: Date;
  source: FindingSource;
  label: FindingLabel | null;
}

/** The newest sightings of all campaigns, their numbers still sealed, the newest first. */
export async function listNewestSightings(db: Db, limit: number): Promise<NewestSighting[]> {
  const { rows } = await db.query<NewestSighting>(
    `select n.blind_index as "blindIndex", n.ciphertext, k.wrapped as "wrappedKey", n.region, n.type, s.campaign_id as "campaignId", p.url,
       s.seen_at as at, s.source, s.label
     from (select * from sightings order by seen_at desc limit $1) s
       join numbers n on n.campaign_id = s.campaign_id and n.blind_index = s.blind_index
       join pages p on p.id = s.page_id and p.host_id = s.host_id
       left join campaign_keys k on k.campaign_id = s.campaign_id
     order by s.seen_at desc, s.page_id, s.blind_index`,
    [limit],
  );
  return rows;
}
