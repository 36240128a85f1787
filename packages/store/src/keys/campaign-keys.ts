import type { Db } from '../store.ts';

/** A campaign's key as it rests: wrapped under a master key, or shredded. */
export interface StoredKey {
  wrapped: Buffer | null;
}

/** Null for a campaign of which nothing was ever found. */
export async function readCampaignKey(db: Db, campaignId: string): Promise<StoredKey | null> {
  const { rows } = await db.query<StoredKey>('select wrapped from campaign_keys where campaign_id = $1', [campaignId]);
  return rows[0] ?? null;
}

/** Gives a campaign this key unless it has one, or had; gives the one that it has then. */
export async function ensureCampaignKey(
  db: Db,
  key: { campaignId: string; wrapped: Buffer; masterId: string; now: Date },
): Promise<StoredKey> {
  await db.query(
    `insert into campaign_keys (campaign_id, wrapped, master_id, made_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [key.campaignId, key.wrapped, key.masterId, key.now],
  );
  return (await readCampaignKey(db, key.campaignId)) ?? { wrapped: null };
}
