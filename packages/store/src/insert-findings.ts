import { type FindingLabel, type FindingSource, type NumberType, NumfleetError } from '@numfleet/contracts';
import { lockAgainstErasure, readSuppressed } from './erasure/suppressions.ts';
import type { Transaction } from './store.ts';

/** A number as it rests: blind index and ciphertext, and what is told about it on this page. */
export interface SealedNumber {
  /** HMAC-SHA-256 of the number, 32 bytes. */
  blindIndex: Buffer;
  /** The same without the extension; null where it has none. */
  lineIndex: Buffer | null;
  /** By which it is known whether it must not come back. */
  suppressionIndex: Buffer;
  /** AES-256-GCM of the number. */
  ciphertext: Buffer;
  region: string | null;
  type: NumberType;
  source: FindingSource;
  label: FindingLabel | null;
  confidence: number;
}

export interface PageFindings {
  campaignId: string;
  hostId: string;
  pageId: string;
  seenAt: Date;
  /** Whole days after which its sightings are gone. */
  retentionDays: number;
  /** It will be visited again, so that a 304 may renew its sightings. */
  comesAgain: boolean;
  numbers: readonly SealedNumber[];
}

export interface StoredFindings {
  /** Numbers that were new to their campaign, each counted for one page. */
  numbers: number;
  sightings: number;
  /** Findings that were dropped because their numbers were erased or opted out, or their campaign was shredded. */
  suppressed: number;
}

/**
 * Stores numbers and where they were seen, but for those that are suppressed. Gives by page id what became of them. Throws
 * `commit-failed` unless all that was offered is there afterwards (G41).
 *
 * Numbers go in sorted over all pages of the transaction: two sinks that find the same footer on different pages then
 * wait for one another in one direction, and never in a circle.
 */
export async function insertFindings(
  tx: Transaction,
  pages: readonly PageFindings[],
): Promise<Map<string, StoredFindings>> {
  const all = pages.flatMap(({ numbers, ...page }) => numbers.map((number) => ({ ...page, ...number })));
  if (all.length === 0) return new Map();
  const { allowed: found, suppressed } = await dropSuppressed(tx, all);
  const numbers = firstOf(found, (one) => `${one.campaignId} ${one.blindIndex.toString('hex')}`);
  const sightings = firstOf(
    found.toSorted((a, b) => b.confidence - a.confidence),
    (one) => `${one.pageId} ${one.source} ${one.blindIndex.toString('hex')}`,
  );
  const newNumbers = await insertNumbers(tx, numbers);
  const newSightings = await insertSightings(tx, sightings);
  return new Map(
    pages.map(({ pageId }) => [
      pageId,
      {
        numbers: newNumbers.get(pageId) ?? 0,
        sightings: newSightings.get(pageId) ?? 0,
        suppressed: suppressed.get(pageId) ?? 0,
      },
    ]),
  );
}

/** Under a lock that an erasure waits for: what it did not see is committed after it, and sees the suppression (G55). */
async function dropSuppressed(tx: Transaction, all: readonly Found[]) {
  await lockAgainstErasure(tx);
  const suppressed = await readSuppressed(tx, {
    indexes: all.map((one) => one.suppressionIndex),
    campaignIds: all.map((one) => one.campaignId),
  });
  const isSuppressed = ({ suppressionIndex, campaignId }: Found) =>
    suppressed.indexes.has(suppressionIndex.toString('hex')) || suppressed.campaignIds.has(campaignId);
  return {
    allowed: all.filter((one) => !isSuppressed(one)),
    suppressed: countByPage(all.filter(isSuppressed)),
  };
}

/** SQL: the midnight on which a sighting of `"seenAt"` is gone, after `"retentionDays"` whole days. */
export const expiryOfSighting = `date_trunc('day', "seenAt" at time zone 'UTC') at time zone 'UTC'
        + ("retentionDays" + 1) * interval '24 hours'`;

type Found = Omit<PageFindings, 'numbers'> & SealedNumber;

function firstOf(found: readonly Found[], keyOf: (one: Found) => string): Found[] {
  const first = new Map<string, Found>();
  for (const one of found) if (!first.has(keyOf(one))) first.set(keyOf(one), one);
  return [...first.values()];
}

async function insertNumbers(tx: Transaction, numbers: readonly Found[]): Promise<Map<string, number>> {
  const rows = JSON.stringify(
    numbers.map(({ campaignId, pageId, region, type, seenAt, ...one }) => {
      const line = one.lineIndex === null ? null : hex(one.lineIndex);
      const sealed = { blindIndex: hex(one.blindIndex), lineIndex: line, ciphertext: hex(one.ciphertext) };
      return { campaignId, pageId, region, type, seenAt, ...sealed };
    }),
  );
  const record = `jsonb_to_recordset($1::jsonb) as n ("campaignId" bigint, "pageId" bigint, "blindIndex" bytea,
    "lineIndex" bytea, ciphertext bytea, region text, type text, "seenAt" timestamptz)`;
  const inserted = await tx.query<{ campaign_id: string; index: string }>(
    `insert into numbers (campaign_id, blind_index, line_index, ciphertext, region, type, first_seen_at)
     select "campaignId", "blindIndex", "lineIndex", ciphertext, region, type, "seenAt" from ${record}
     order by "campaignId", "blindIndex" on conflict (campaign_id, blind_index) do nothing
     returning campaign_id, encode(blind_index, 'hex') as index`,
    [rows],
  );
  await requireAll(
    tx,
    numbers.length - inserted.count,
    numbers.length,
    `select count(*)::int as held from ${record}
     join numbers stored on stored.campaign_id = n."campaignId" and stored.blind_index = n."blindIndex"`,
    rows,
  );
  const isNew = new Set(inserted.rows.map((row) => `${row.campaign_id} ${row.index}`));
  return countByPage(numbers.filter((one) => isNew.has(`${one.campaignId} ${one.blindIndex.toString('hex')}`)));
}

async function insertSightings(tx: Transaction, sightings: readonly Found[]): Promise<Map<string, number>> {
  const rows = JSON.stringify(
    sightings.map(({ ciphertext: _, lineIndex: __, suppressionIndex: ___, blindIndex, ...one }) => {
      return { ...one, blindIndex: hex(blindIndex) };
    }),
  );
  const record = `(
      select *, ${expiryOfSighting} as expires_at
      from jsonb_to_recordset($1::jsonb) as n ("campaignId" bigint, "hostId" bigint, "pageId" bigint,
        "blindIndex" bytea, source text, label text, confidence real, "seenAt" timestamptz, "retentionDays" int,
        "comesAgain" boolean)
    ) n`;
  const stored = await tx.query<{ pageId: string; isNew: boolean }>(
    `insert into sightings
       (campaign_id, blind_index, host_id, page_id, source, label, confidence, seen_at, expires_at, on_page)
     select "campaignId", "blindIndex", "hostId", "pageId", source, label, confidence, "seenAt", expires_at, "comesAgain"
     from ${record} on conflict (campaign_id, blind_index, page_id, source, expires_at)
     do update set on_page = excluded.on_page returning page_id as "pageId", old.page_id is null as "isNew"`,
    [rows],
  );
  await requireAll(
    tx,
    sightings.length - stored.count,
    sightings.length,
    `select count(*)::int as held from ${record}
     join sightings stored on stored.campaign_id = n."campaignId" and stored.blind_index = n."blindIndex"
       and stored.page_id = n."pageId" and stored.source = n.source and stored.expires_at = n.expires_at`,
    rows,
  );
  return countByPage(stored.rows.filter((row) => row.isNew));
}

/** A row that is not given back may be there already, or be lost: count what is held, unless all were given back. */
async function requireAll(
  tx: Transaction,
  missing: number,
  offered: number,
  countHeld: string,
  rows: string,
): Promise<void> {
  if (missing === 0) return;
  const result = await tx.query<{ held: number }>(countHeld, [rows]);
  const held = result.rows[0]?.held ?? 0;
  if (held !== offered) {
    throw new NumfleetError('commit-failed', `Of ${offered} rows offered ${held} are stored.`);
  }
}

function countByPage(rows: readonly { pageId: string }[]): Map<string, number> {
  return new Map(
    Map.groupBy(rows, (row) => row.pageId)
      .entries()
      .map(([pageId, some]) => [pageId, some.length]),
  );
}

const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`;
