import type { Db } from '../store.ts';

export interface RewrapCampaignKeys {
  /** Of the master key that is to go. */
  from: string;
  rewrap: (campaignId: string, wrapped: Buffer) => Promise<{ wrapped: Buffer; masterId: string }>;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

const batch = 500;

/**
 * Wraps the keys of all campaigns under another master key, a batch at a time, and gives how many were. What is done when it is
 * broken off stays done. No number is touched: that takes a second for a thousand campaigns, whatever they hold.
 */
export async function rewrapCampaignKeys(db: Db, options: RewrapCampaignKeys): Promise<number> {
  const { rows: counted } = await db.query<{ count: number }>(
    'select count(*)::int as count from campaign_keys where master_id = $1',
    [options.from],
  );
  const total = counted[0]?.count ?? 0;
  for (let done = 0; ; ) {
    options.signal?.throwIfAborted();
    const { rows } = await db.query<StoredKey>(
      `select campaign_id as "campaignId", wrapped from campaign_keys where master_id = $1 order by 1 limit $2`,
      [options.from, batch],
    );
    if (rows.length === 0) return done;
    done += await writeBatch(db, rows, options);
    options.onProgress?.(done, total);
  }
}

interface StoredKey {
  campaignId: string;
  wrapped: Buffer;
}

async function writeBatch(db: Db, rows: readonly StoredKey[], { from, rewrap }: RewrapCampaignKeys): Promise<number> {
  const fresh = await Promise.all(
    rows.map(async ({ campaignId, wrapped }) => ({ campaignId, ...(await rewrap(campaignId, wrapped)) })),
  );
  const { count } = await db.query(
    `update campaign_keys k set wrapped = fresh.wrapped, master_id = fresh.master_id
     from unnest($1::bigint[], $2::bytea[], $3::text[]) as fresh (campaign_id, wrapped, master_id)
     where k.campaign_id = fresh.campaign_id and k.master_id = $4`,
    [fresh.map((one) => one.campaignId), fresh.map((one) => one.wrapped), fresh.map((one) => one.masterId), from],
  );
  return count;
}
