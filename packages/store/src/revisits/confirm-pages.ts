import type { PageResult, SitemapResult } from '@numfleet/contracts';
import type { Transaction } from '../store.ts';
import type { Renewed } from './renew-sightings.ts';
import { paceAfter } from './revisit-policy.ts';

/** A page whose host says that it is what it was at its last visit. */
interface Unmodified {
  page: { id: string; hostId: string; pace: number };
  result: PageResult | SitemapResult;
}

/**
 * Ends the leases of pages that are as they were: nothing of them is written anew but when they were visited. Where numbers had
 * been found of which none is held any more, the next visit fetches the whole page, so that one that returns is not missed.
 */
export async function confirmPages(
  tx: Transaction,
  unmodified: readonly Unmodified[],
  renewed: ReadonlyMap<string, Renewed>,
  now: Date,
): Promise<void> {
  if (unmodified.length === 0) return;
  const rows = unmodified.map(({ result: { http, requestedAt }, page }) => ({
    id: page.id,
    hostId: page.hostId,
    status: http.status,
    fetchedAt: requestedAt === null ? null : new Date(Math.min(requestedAt, now.getTime())),
    pace: paceAfter(false, page.pace),
    holds: renewed.get(page.id)?.holds ?? false,
  }));
  await tx.query(
    `update pages p set state = 'done', http_status = r.status, changed = false, pace = r.pace,
       last_fetched_at = coalesce(r."fetchedAt", p.last_fetched_at), lease_token = null, lease_until = null,
       validators = case when r.holds or coalesce(p.findings, 0) = 0 then p.validators end,
       revisit_at = next_visit($2, c.created_at, c.every_seconds, c.retention_days, r.pace)
     from jsonb_to_recordset($1::jsonb) as r (id bigint, "hostId" bigint, status int, "fetchedAt" timestamptz, pace int,
       holds boolean), campaigns c
     where p.id = r.id and p.host_id = r."hostId" and c.id = p.campaign_id`,
    [JSON.stringify(rows), now],
  );
}
