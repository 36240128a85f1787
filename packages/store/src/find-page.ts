import {
  type CutKind,
  type PageCode,
  type PageState,
  type RenderDecision,
  rowId,
  type WireUrl,
} from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';
import { unknownCampaign } from './lock-campaign.ts';
import type { Db } from './store.ts';

export interface FoundPage {
  id: string;
  campaignId: string;
  url: WireUrl;
  state: PageState;
  code: PageCode | null;
  depth: number;
  kind: 'page' | 'sitemap';
  via: OfferedPage['via'];
  /** Tries that failed and workers that it lost. */
  attempts: number;
  /** The page on which it was found; null for a seed. */
  foundOn: WireUrl | null;
  httpStatus: number | null;
  rendered: boolean | null;
  /** How it was decided whether to render it, and whether that found numbers that the page as fetched had not. */
  renderDecision: RenderDecision | null;
  renderGained: boolean | null;
  /** Times that it was queued again, because others like it turned out to need a browser. */
  rereads: number;
  /** Of pages like it on its host: how many were read both ways, how many of them gained, and what follows for the next. */
  likeCompared: number | null;
  likeGained: number | null;
  likeNeedBrowser: boolean | null;
  cuts: CutKind[];
  findings: number | null;
  lastFetchedAt: Date | null;
  /** For a queued page that waits; the host may make it wait longer. */
  nextAttemptAt: Date | null;
  /** Whether its last visit found other text than the one before; null where it cannot be told. */
  changed: boolean | null;
  /** When it is due again, of a campaign that visits its pages again. */
  nextVisitAt: Date | null;
}

/**
 * A page, or else a sitemap, by its URL's host and key: in the campaign asked for, else in the newest that has it. Null when
 * unknown.
 */
export async function findPage(
  db: Db,
  wanted: { host: string; pageKey: Buffer; sitemapKey?: Buffer; campaignId?: string },
): Promise<FoundPage | null> {
  if (wanted.campaignId !== undefined && !rowId.safeParse(wanted.campaignId).success) throw unknownCampaign();
  const { rows } = await db.query<FoundPage>(
    `select p.id, p.campaign_id as "campaignId", p.url, p.state, p.code, p.depth, p.kind, p.via,
       p.attempts + p.worker_losses as attempts,
       (select f.url from pages f where f.id = p.found_on) as "foundOn",
       p.http_status as "httpStatus", p.rendered, p.render_decision as "renderDecision",
       p.render_gained as "renderGained", p.rereads, e.compared as "likeCompared", e.gained as "likeGained",
       e.needs_browser as "likeNeedBrowser", p.cuts, p.findings, p.last_fetched_at as "lastFetchedAt",
       case when p.state = 'queued' then greatest(p.not_before, h.not_before) end as "nextAttemptAt",
       p.changed, case when p.state in ('done', 'failed', 'excluded') and c.state <> 'cancelled'
         and c.every_seconds is not null then p.revisit_at end as "nextVisitAt"
     from hosts h join pages p on p.host_id = h.id join campaigns c on c.id = p.campaign_id
     left join render_evidence e on e.host_id = p.host_id and e.kind = p.render_kind
     where h.host = $1 and p.page_key = any($2::bytea[]) and ($3::bigint is null or p.campaign_id = $3)
     order by p.campaign_id desc, p.kind limit 1`,
    [wanted.host, [wanted.pageKey, wanted.sitemapKey ?? wanted.pageKey], wanted.campaignId ?? null],
  );
  return rows[0] ?? null;
}
