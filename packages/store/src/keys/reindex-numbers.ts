import type { Store, Transaction } from '../store.ts';

export interface ReindexNumbers {
  /** A number under the new index key; null where it is under that already. */
  reindex: (number: StoredNumber) => Promise<Reindexed | null>;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

interface StoredNumber {
  campaignId: string;
  blindIndex: Buffer;
  ciphertext: Buffer;
}

interface Reindexed {
  blindIndex: Buffer;
  lineIndex: Buffer | null;
  ciphertext: Buffer;
}

const batch = 1_000;

/**
 * Puts all numbers and their sightings under other blind indexes, a batch a transaction, and gives how many numbers that were.
 * Whatever breaks it off, what is done is done: it goes on when it is called again. A number moves in the order in which they are
 * read only when it is done, so that one pass meets all that are not. Nobody may store numbers meanwhile.
 */
export async function reindexNumbers(store: Store, options: ReindexNumbers): Promise<number> {
  const { rows: counted } = await store.query<{ count: number }>('select count(*)::int as count from numbers');
  const total = counted[0]?.count ?? 0;
  let done = 0;
  let after: Pick<StoredNumber, 'campaignId' | 'blindIndex'> = { campaignId: '0', blindIndex: Buffer.alloc(0) };
  while (true) {
    options.signal?.throwIfAborted();
    const rows = await readBatch(store, after);
    const last = rows.at(-1);
    if (last === undefined) return done;
    const moves = await movesOf(rows, options.reindex);
    if (moves.length > 0) await store.transaction((tx) => move(tx, moves));
    done += moves.length;
    options.onProgress?.(Math.min(done, total), total);
    after = last;
  }
}

async function readBatch(store: Store, after: Pick<StoredNumber, 'campaignId' | 'blindIndex'>) {
  const { rows } = await store.query<StoredNumber>(
    `select campaign_id as "campaignId", blind_index as "blindIndex", ciphertext from numbers
     where (campaign_id, blind_index) > ($1, $2) order by campaign_id, blind_index limit $3`,
    [after.campaignId, after.blindIndex, batch],
  );
  return rows;
}

async function movesOf(rows: readonly StoredNumber[], reindex: ReindexNumbers['reindex']) {
  const found = await Promise.all(rows.map(async (from) => ({ from, to: await reindex(from) })));
  return found.flatMap(({ from, to }) => (to === null ? [] : [{ from, to }]));
}

async function move(tx: Transaction, moves: readonly { from: StoredNumber; to: Reindexed }[]): Promise<void> {
  const keys = [
    moves.map(({ from }) => from.campaignId),
    moves.map(({ from }) => from.blindIndex),
    moves.map(({ to }) => to.blindIndex),
  ];
  await tx.query(
    `update numbers n set blind_index = fresh.to_index, line_index = fresh.line_index, ciphertext = fresh.ciphertext
     from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[])
       as fresh (campaign_id, from_index, to_index, line_index, ciphertext)
     where n.campaign_id = fresh.campaign_id and n.blind_index = fresh.from_index`,
    [...keys, moves.map(({ to }) => to.lineIndex), moves.map(({ to }) => to.ciphertext)],
  );
  await tx.query(
    `update sightings s set blind_index = fresh.to_index
     from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as fresh (campaign_id, from_index, to_index)
     where s.campaign_id = fresh.campaign_id and s.blind_index = fresh.from_index`,
    keys,
  );
}
