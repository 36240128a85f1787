import type { Db } from '../store.ts';

export interface RenewNumbers {
  /** The number under its campaign's key instead of the master key. */
  renew: (row: OldNumber) => Promise<Buffer>;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

interface OldNumber {
  campaignId: string;
  blindIndex: Buffer;
  ciphertext: Buffer;
}

const batch = 2_000;
/** What is under a campaign's key is a byte longer. */
const isOld = 'octet_length(ciphertext) = 68';

/**
 * Encrypts anew what was stored before campaigns had keys, a batch at a time, and gives how many numbers that were. Whatever breaks it
 * off, what is done is done: it goes on from there when it is called again. Nobody may store numbers meanwhile.
 */
export async function renewNumbers(db: Db, options: RenewNumbers): Promise<number> {
  const { rows: counted } = await db.query<{ count: number }>(
    `select count(*)::int as count from numbers where ${isOld}`,
  );
  const total = counted[0]?.count ?? 0;
  let done = 0;
  let after: Pick<OldNumber, 'campaignId' | 'blindIndex'> = { campaignId: '0', blindIndex: Buffer.alloc(0) };
  while (done < total) {
    options.signal?.throwIfAborted();
    const rows = await readBatch(db, after);
    const last = rows.at(-1);
    if (last === undefined) break;
    done += await writeBatch(db, rows, options.renew);
    options.onProgress?.(done, total);
    after = last;
  }
  return done;
}

async function readBatch(db: Db, after: Pick<OldNumber, 'campaignId' | 'blindIndex'>): Promise<OldNumber[]> {
  const { rows } = await db.query<OldNumber>(
    `select campaign_id as "campaignId", blind_index as "blindIndex", ciphertext from numbers
     where (campaign_id, blind_index) > ($1, $2) and ${isOld} order by campaign_id, blind_index limit $3`,
    [after.campaignId, after.blindIndex, batch],
  );
  return rows;
}

async function writeBatch(db: Db, rows: readonly OldNumber[], renew: RenewNumbers['renew']): Promise<number> {
  const fresh = await Promise.all(rows.map(renew));
  const { count } = await db.query(
    `update numbers n set ciphertext = fresh.ciphertext
     from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as fresh (campaign_id, blind_index, ciphertext)
     where n.campaign_id = fresh.campaign_id and n.blind_index = fresh.blind_index`,
    [rows.map((row) => row.campaignId), rows.map((row) => row.blindIndex), fresh],
  );
  return count;
}
