import type { PageResult, RenderEvidence, SitemapResult } from '@numfleet/contracts';
import type { Db, Transaction } from './store.ts';

/** What pages of one kind of a host have shown of whether they need a browser. */
export interface KindEvidence {
  kind: number;
  /** Pages that were read both ways. */
  compared: number;
  needsBrowser: boolean;
}

/** By origin; an origin of which nothing was compared is not there. */
export async function readRenderEvidence(db: Db, originIds: Iterable<string>): Promise<Map<string, KindEvidence[]>> {
  const { rows } = await db.query<KindEvidence & { originId: string }>(
    `select o.id as "originId", e.kind, e.compared, e.needs_browser as "needsBrowser"
     from origins o join render_evidence e on e.host_id = o.host_id where o.id = any($1::bigint[])`,
    [[...new Set(originIds)]],
  );
  return Map.groupBy(rows, ({ originId }) => originId);
}

/** A page that has just been committed as done. */
interface RenderedOrNot {
  result: PageResult | SitemapResult;
  page: { hostId: string; campaignId: string };
}

/**
 * Enters what pages have shown, and queues those again that looked whole and are of a kind that turned out not to be: no
 * number is missed because a host's first pages misled. The hosts' rows must be locked by this transaction, so that of two
 * that commit at once, one with the news and one with a page that looked whole, the second knows of the first.
 *
 * Only pages of the campaigns of these results are queued, since those cannot finish meanwhile, and at most 1,000: the next
 * result of their kind queues the rest.
 */
export async function recordRenderEvidence(tx: Transaction, done: readonly RenderedOrNot[]): Promise<void> {
  const told = done.flatMap(({ result, page: { hostId, campaignId } }) => {
    const evidence = renderEvidenceOf(result);
    return evidence && telling.has(evidence.decision) ? [{ hostId, campaignId, ...evidence }] : [];
  });
  if (told.length === 0) return;
  const compared = told.filter(({ gained }) => gained !== null);
  if (compared.length > 0) await addCompared(tx, compared);
  await tx.query(
    `with kind as (
       select distinct t."hostId" as host_id, t.kind, t."campaignId" as campaign_id
       from jsonb_to_recordset($1::jsonb) as t ("hostId" bigint, kind smallint, "campaignId" bigint)
       join render_evidence e on e.host_id = t."hostId" and e.kind = t.kind and e.needs_browser
       join campaigns c on c.id = t."campaignId" and c.state in ('active', 'paused')
     ), misread as (
       select p.id, p.host_id from kind
       join pages p on p.host_id = kind.host_id and p.render_kind = kind.kind and p.campaign_id = kind.campaign_id
         and p.state = 'done' and p.render_decision = 'looks-whole'
       order by p.id limit 1000 for update of p
     )
     update pages p set state = 'queued', code = null, not_before = null, render_decision = null,
       validators = null, rereads = p.rereads + 1
     from misread where p.id = misread.id and p.host_id = misread.host_id`,
    [JSON.stringify(told)],
  );
}

/** A page's own; a sitemap has none. */
export function renderEvidenceOf(result: PageResult | SitemapResult): RenderEvidence | null {
  return result.kind === 'page' ? (result.hostEvidence?.render ?? null) : null;
}

/** Pages that were rendered for what their own form shows tell nothing about those that look whole. */
const telling: ReadonlySet<string> = new Set(['looks-whole', 'sample', 'host']);

async function addCompared(tx: Transaction, compared: readonly object[]): Promise<void> {
  await tx.query(
    `insert into render_evidence as e (host_id, kind, compared, gained, since_gain)
     select "hostId", kind, count(*), count(*) filter (where gained), case when bool_or(gained) then 0 end
     from jsonb_to_recordset($1::jsonb) as c ("hostId" bigint, kind smallint, gained boolean)
     group by "hostId", kind order by "hostId", kind
     on conflict (host_id, kind) do update set compared = e.compared + excluded.compared,
       gained = e.gained + excluded.gained,
       since_gain = case when excluded.since_gain = 0 then 0 else e.since_gain + excluded.compared end`,
    [JSON.stringify(compared)],
  );
}
