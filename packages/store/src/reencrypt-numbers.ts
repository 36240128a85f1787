import type { Db } from './store.ts';

export interface ReencryptNumbers {
  /** Null for what is under the new key already. */
  reencrypt: (ciphertext: Buffer, blindIndex: Buffer) => Buffer | null;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

const batch = 2_000;

/**
 * Encrypts every stored number anew, a batch at a time, and gives how many were. Whatever breaks it off, what is done is done: it
 * goes on from there when it is called again. Nobody may store numbers meanwhile.
 */
export async function reencryptNumbers(db: Db, options: ReencryptNumbers): Promise<number> {
  const { rows: counted } = await db.query<{ count: number }>('select count(*)::int as count from numbers');
  const total = counted[0]?.count ?? 0;
  let [done, changed] = [0, 0];
  let after: { campaignId: string; blindIndex: Buffer } = { campaignId: '0', blindIndex: Buffer.alloc(0) };
  while (true) {
    options.signal?.throwIfAborted();
    const rows = await readBatch(db, after);
    const last = rows.at(-1);
    if (last === undefined) return changed;
    changed += await writeBatch(db, rows, options.reencrypt);
    done += rows.length;
    options.onProgress?.(done, Math.max(total, done));
    after = last;
  }
}

interface Row {
  campaignId: string;
  blindIndex: Buffer;
  ciphertext: Buffer;
}

async function readBatch(db: Db, after: Omit<Row, 'ciphertext'>): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    `select campaign_id as "campaignId", blind_index as "blindIndex", ciphertext from numbers
     where (campaign_id, blind_index) > ($1, $2) order by campaign_id, blind_index limit $3`,
    [after.campaignId, after.blindIndex, batch],
  );
  return rows;
}

async function writeBatch(db: Db, rows: readonly Row[], reencrypt: ReencryptNumbers['reencrypt']): Promise<number> {
  const fresh = rows.flatMap((row) => {
    const ciphertext = reencrypt(row.ciphertext, row.blindIndex);
    return ciphertext === null ? [] : [{ ...row, ciphertext }];
  });
  if (fresh.length === 0) return 0;
  const { count } = await db.query(
    `update numbers n set ciphertext = fresh.ciphertext
     from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as fresh (campaign_id, blind_index, ciphertext)
     where n.campaign_id = fresh.campaign_id and n.blind_index = fresh.blind_index`,
    [fresh.map((row) => row.campaignId), fresh.map((row) => row.blindIndex), fresh.map((row) => row.ciphertext)],
  );
  return count;
}
