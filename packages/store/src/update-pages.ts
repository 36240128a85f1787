import type { LiveCommit } from './live-commits.ts';
import { renderEvidenceOf } from './render-evidence.ts';
import type { PageVerdict } from './retry-policy.ts';
import { decideRevisit } from './revisits/revisit-policy.ts';
import type { Transaction } from './store.ts';
import { contentOf } from './traps/content-copies.ts';

/** A result, and what becomes of its page. */
export type Decided = LiveCommit & PageVerdict & { linksInFull?: true };

/** Ends the leases of pages that were read, or that failed, and writes down what their visits came to. */
export async function updatePages(tx: Transaction, decided: readonly Decided[], now: Date): Promise<void> {
  if (decided.length === 0) return;
  const rows = decided.map(({ result, page, commit: _, index: __, ...verdict }) => ({
    ...verdict,
    ...decideRevisit({ ...verdict, result, content: contentOf(result) }, page),
    id: page.id,
    hostId: page.hostId,
    ...result.http,
    render: renderEvidenceOf(result),
    // What the next visit is compared with, and other pages of the host. Of copies none is kept: how many there are is not asked.
    content: verdict.state === 'done' ? contentOf(result) : page.content,
    cuts: result.cuts,
    findings: result.kind === 'page' ? result.findings : null,
    rejected: result.kind === 'page' ? result.rejected : null,
    fetchedAt: result.requestedAt === null ? null : new Date(Math.min(result.requestedAt, now.getTime())),
  }));
  await tx.query(
    `update pages p set state = r.state, code = r.code, attempts = r.attempts, throttled = r.throttled,
       not_before = r."notBefore", http_status = r.status, bytes = r.bytes, rendered = r.rendered, cuts = r.cuts,
       findings = r.findings, rejected = r.rejected, render_kind = (r.render ->> 'kind')::smallint,
       render_decision = r.render ->> 'decision', render_gained = (r.render ->> 'gained')::boolean,
       content = decode(r.content, 'hex'),
       last_fetched_at = coalesce(r."fetchedAt", p.last_fetched_at), lease_token = null, lease_until = null,
       links_in_full = p.links_in_full or coalesce(r."linksInFull", false),
       rereads = p.rereads + coalesce(r."linksInFull", false)::int,
       pace = r.pace, changed = r.changed, validators = r.validators, revisit_at = case when r."comesAgain"
         then next_visit($2, c.created_at, c.every_seconds, c.retention_days, r.pace) end
     from jsonb_to_recordset($1::jsonb) as r (id bigint, "hostId" bigint, state text, code text, attempts smallint,
       throttled smallint, "notBefore" timestamptz, status int, bytes bigint, rendered boolean, cuts text[],
       findings int, rejected jsonb, render jsonb, content text, "fetchedAt" timestamptz, "linksInFull" boolean,
       "comesAgain" boolean, pace smallint, changed boolean, validators jsonb), campaigns c
     where p.id = r.id and p.host_id = r."hostId" and c.id = p.campaign_id`,
    [JSON.stringify(rows), now],
  );
}
