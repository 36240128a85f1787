import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { reindexNumbers, type Store } from '../index.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';

let database: TestDatabase;
let owner: Store;
beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  owner = database.store('numfleet_owner');
});
afterAll(() => database[Symbol.asyncDispose]());

const count = 2_500;
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** What stands for the new key: the digest of the old index. A number tells that it is under it by its ciphertext. */
async function reindex({ blindIndex, ciphertext }: { blindIndex: Buffer; ciphertext: Buffer }) {
  if (ciphertext[0] === 1) return null;
  const lineIndex = blindIndex[31] === 0 ? digest(digest(blindIndex)) : null;
  return { blindIndex: digest(blindIndex), lineIndex, ciphertext: Buffer.alloc(69, 1) };
}

async function fill(): Promise<void> {
  await owner.query(
    `insert into numbers (campaign_id, blind_index, ciphertext, type, first_seen_at)
     select 1 + n % 2, sha256(n::text::bytea), decode(repeat('00', 69), 'hex'), 'fixed_line', now() from generate_series(1, $1) n`,
    [count],
  );
  await owner.query(
    `insert into sightings (campaign_id, blind_index, host_id, page_id, source, confidence, seen_at, expires_at)
     select campaign_id, blind_index, 1, page, 'text', 1, now(), now() + page * interval '20 days'
     from numbers cross join generate_series(1, 2) page`,
  );
}

test('I2: numbers and their sightings go under new indexes together; broken off it goes on where it was, and again does nothing', async () => {
  await fill();
  const stop = new AbortController();
  const onProgress = (done: number, total: number) => {
    expect(total).toBe(count);
    if (done >= 1_000) stop.abort();
  };
  await expect(reindexNumbers(owner, { reindex, onProgress, signal: stop.signal })).rejects.toThrow('abort');
  const halfway = await owner.query(`select from numbers where get_byte(ciphertext, 0) = 1`);
  expect(halfway.count).toBe(1_000);
  expect(await unmatched()).toBe(0);

  expect(await reindexNumbers(owner, { reindex })).toBe(count - 1_000);
  expect(await unmatched()).toBe(0);
  const { rows } = await owner.query(
    `select count(*)::int as numbers, (select count(*)::int from sightings) as sightings,
       count(*) filter (where blind_index in (select sha256(sha256(n::text::bytea)) from generate_series(1, $1) n))::int as moved,
       count(line_index)::int > 0 as "hasLines"
     from numbers`,
    [count],
  );
  expect(rows).toEqual([{ numbers: count, sightings: 2 * count, moved: count, hasLines: true }]);
  expect(await reindexNumbers(owner, { reindex })).toBe(0);
});

async function unmatched(): Promise<number> {
  const { count: without } = await owner.query(
    'select from sightings s where not exists (select from numbers n where (n.campaign_id, n.blind_index) = (s.campaign_id, s.blind_index))',
  );
  return without;
}
