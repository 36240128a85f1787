import { lockAgainstErasure } from '../erasure/suppressions.ts';
import { expiryOfSighting } from '../insert-findings.ts';
import type { Transaction } from '../store.ts';

/** A page whose host says that it is what it was at its last visit. */
export interface UnmodifiedPage {
  pageId: string;
  /** Now. */
  seenAt: Date;
  retentionDays: number;
}

export interface Renewed {
  /** Sightings that are new: one a number and day. */
  sightings: number;
  /** Whether any of its last visit is still held. */
  holds: boolean;
}

/**
 * What was seen on pages at their last visit is seen there again: last seen and retention go on, without any number being at hand.
 * Numbers that were erased since have no sighting to renew, and those of opt-outs are not renewed (`suppressNumbers`). Under the
 * lock that both wait for.
 */
export async function renewSightings(tx: Transaction, pages: readonly UnmodifiedPage[]): Promise<Map<string, Renewed>> {
  if (pages.length === 0) return new Map();
  await lockAgainstErasure(tx);
  const record = `(
      select "pageId", "seenAt", ${expiryOfSighting} as expires_at
      from jsonb_to_recordset($1::jsonb) as n ("pageId" bigint, "seenAt" timestamptz, "retentionDays" int)
    ) n`;
  const { rows } = await tx.query<Renewed & { pageId: string }>(
    `with held as (
       select s.campaign_id, s.blind_index, s.host_id, s.page_id, s.source, s.label, s.confidence, n."seenAt", n.expires_at
       from ${record} join sightings s on s.page_id = n."pageId" and s.on_page and s.expires_at > n."seenAt"
     ), added as (
       insert into sightings
         (campaign_id, blind_index, host_id, page_id, source, label, confidence, seen_at, expires_at, on_page)
       select *, true from held on conflict do nothing returning page_id
     )
     select n."pageId", exists (select from held where page_id = n."pageId") as holds,
       (select count(*)::int from added where page_id = n."pageId") as sightings
     from ${record}`,
    [JSON.stringify(pages)],
  );
  await tx.query(
    `update sightings s set on_page = false from ${record}
     where s.page_id = n."pageId" and s.on_page and s.expires_at < n.expires_at`,
    [JSON.stringify(pages)],
  );
  return new Map(rows.map(({ pageId, ...renewed }) => [pageId, renewed]));
}

/** Before what is on them now is stored: what was seen on these pages before is no more what the next 304 renews. */
export async function leavePages(tx: Transaction, pageIds: readonly string[]): Promise<void> {
  if (pageIds.length === 0) return;
  await lockAgainstErasure(tx);
  await tx.query('update sightings set on_page = false where page_id = any($1::bigint[]) and on_page', [pageIds]);
}
