import type { PageResult, SitemapResult } from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';
import { advanceHostClocks, type ClockOptions } from './host-clocks.ts';
import { insertFindings, type SealedNumber, type StoredFindings } from './insert-findings.ts';
import { dropKnown, type InsertOptions, insertPages } from './insert-pages.ts';
import { type LockedCampaign, lockCampaigns } from './lock-campaign.ts';
import { recordAudit } from './record-audit.ts';
import { recordRenderEvidence, renderEvidenceOf } from './render-evidence.ts';
import { decidePage, type PageVerdict } from './retry-policy.ts';
import { confirmPages } from './revisits/confirm-pages.ts';
import { leavePages, type Renewed, renewSightings } from './revisits/renew-sightings.ts';
import { decideRevisit, type PageBefore } from './revisits/revisit-policy.ts';
import { probeSeen } from './seen-filter/probe-seen.ts';
import type { Transaction } from './store.ts';
import { contentOf, findCopies } from './traps/content-copies.ts';

/** A result with its findings opened and sealed for rest, and its links normalised, keyed and judged. */
export interface PageCommit {
  result: PageResult | SitemapResult;
  numbers: readonly SealedNumber[];
  links: readonly Omit<OfferedPage, 'foundOn'>[];
}

export type CommitOptions = ClockOptions & InsertOptions;

export interface CommitReport extends StoredFindings {
  /** `stale`: the page is leased under another token, or not at all, so nothing was changed (I2). */
  verdict: 'committed' | 'stale';
  /** Links that were offered and may have been new; what became of them is counted for the campaign. */
  links: number;
  /** Keys that a filter called known and that are not; the page's links are to be sent in full (G42). */
  unseen: number;
}

/**
 * Commits page results, each once, and gives a report for each in their order. All that a result does stands or falls
 * with the transaction. A late result under the right token counts; one under another token changes nothing (I2).
 *
 * A batch goes through each stage together, sorted: sinks that commit one result after the other would lock the same
 * numbers, links and hosts in the orders of their batches, and deadlock. When a batch fails, commit its results one by
 * one, a savepoint each, to find the one that it is due to. Throws `commit-failed` when rows that were offered are not
 * there afterwards (G41), and Postgres' errors.
 */
export async function commitPageResults(
  tx: Transaction,
  commits: readonly PageCommit[],
  options: CommitOptions,
): Promise<CommitReport[]> {
  const live = await lockLivePages(tx, commits);
  const ended = live.filter(isLastPart);
  const judged = ended.map((one) => ({ ...one, ...decidePage(one.result, one.page, options.now, options.policy) }));
  const copies = await findCopies(tx, judged);
  const unseen = await probeSeen(
    tx,
    judged.filter(({ state, page }) => state === 'done' && !page.linksInFull),
  );
  const decided = judged.map((one) => {
    if (copies.has(one.page.id)) return { ...one, ...asCopy };
    return unseen.has(one.page.id) ? { ...one, ...inFull } : one;
  });
  const { unmodified = [], read = [] } = Object.groupBy(decided, (one) => (isUnmodified(one) ? 'unmodified' : 'read'));
  const { stored, renewed } = await storeFindings(tx, read, unmodified, options.now);
  const offers = await offerLinks(
    tx,
    live.filter((one) => !copies.has(one.page.id)),
  );
  await auditFindings(tx, decided, stored, options.now);
  // From here on campaigns are locked: other batches of theirs wait until this one has committed.
  const campaigns = await lockCampaigns(tx, campaignsToLock(decided, offers));
  await updatePages(
    tx,
    read.map((one) => unlessCancelled(one, campaigns)),
    options.now,
  );
  await confirmPages(tx, unmodified, renewed, options.now);
  await countParts(
    tx,
    live.filter((one) => !isLastPart(one)),
  );
  for (const [campaignId, links] of offers) {
    const campaign = campaigns.get(campaignId);
    if (campaign) await insertPages(tx, campaign, links, options);
  }
  await advanceHostClocks(tx, decided.map(evidenceOf), options);
  await recordRenderEvidence(
    tx,
    decided.filter(({ state }) => state === 'done'),
  );
  const linksOf = Map.groupBy([...offers.values()].flat(), (link) => link.foundOn);
  const committed = new Set(live.map((one) => one.index));
  return commits.map(({ result: { pageId } }, index) => {
    if (!committed.has(index)) return staleReport;
    const links = linksOf.get(pageId)?.length ?? 0;
    return { verdict: 'committed', ...(stored.get(pageId) ?? nothing), links, unseen: unseen.get(pageId) ?? 0 };
  });
}

const asCopy = { state: 'excluded', code: 'duplicate-content', notBefore: null } as const;

/** What was found on it is kept, and costs no attempt to find again. */
const inFull = { state: 'queued', code: null, notBefore: null, linksInFull: true } as const;

const nothing: StoredFindings = { numbers: 0, sightings: 0, suppressed: 0 };
const staleReport: CommitReport = { verdict: 'stale', ...nothing, links: 0, unseen: 0 };

interface LeasedPage extends PageBefore {
  id: string;
  hostId: string;
  campaignId: string;
  attempts: number;
  throttled: number;
  probing: boolean;
  /** Nothing may be called known instead of being sent. */
  linksInFull: boolean;
  retentionDays: number;
}

interface LiveCommit {
  /** Of the commit in its batch. */
  index: number;
  commit: PageCommit;
  result: PageCommit['result'];
  page: LeasedPage;
}

type Decided = LiveCommit & PageVerdict & { linksInFull?: true };

/**
 * The results whose lease is still theirs, with their pages, locked. Of one delivered twice the first counts; of a sitemap's
 * parts the next: one that comes after one that was lost is as stale as one that comes again, and the lease will run out.
 */
async function lockLivePages(tx: Transaction, commits: readonly PageCommit[]): Promise<LiveCommit[]> {
  if (commits.length === 0) return [];
  const { rows } = await tx.query<LeasedPage>(
    `select p.id, p.host_id as "hostId", p.campaign_id as "campaignId", p.attempts, p.throttled,
       h.breaker <> 'closed' as probing, p.links_in_full as "linksInFull", c.retention_days as "retentionDays",
       c.every_seconds as "everySeconds", p.pace, encode(p.content, 'hex') as content, p.rendered
     from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::smallint[]) as result (id, token, campaign_id, part)
     join pages p on p.id = result.id and p.lease_token = result.token and p.campaign_id = result.campaign_id
       and p.state = 'leased' and p.parts = result.part
     join campaigns c on c.id = p.campaign_id join hosts h on h.id = p.host_id
     order by p.id for update of p`,
    [
      commits.map(({ result }) => result.pageId),
      commits.map(({ result }) => result.leaseToken),
      commits.map(({ result }) => result.campaignId),
      commits.map(({ result }) => (result.kind === 'sitemap' ? result.part : 0)),
    ],
  );
  const pages = new Map(rows.map((row) => [row.id, row]));
  return commits.flatMap((commit, index) => {
    const page = pages.get(commit.result.pageId);
    if (!page) return [];
    pages.delete(page.id);
    return [{ index, commit, result: commit.result, page }];
  });
}

/** What was found on pages that were read, and what is seen again on those that are as they were. */
async function storeFindings(
  tx: Transaction,
  read: readonly Decided[],
  unmodified: readonly Decided[],
  now: Date,
): Promise<{ stored: Map<string, StoredFindings>; renewed: Map<string, Renewed> }> {
  const toFindings = (one: Decided) => findingsOf(one, now);
  const renewed = await renewSightings(tx, unmodified.map(toFindings));
  const again = read.filter(({ state, page }) => state === 'done' && page.everySeconds !== null);
  await leavePages(
    tx,
    again.map(({ page }) => page.id),
  );
  const stored = await insertFindings(tx, read.map(toFindings));
  for (const [pageId, { sightings }] of renewed) stored.set(pageId, { ...nothing, sightings });
  return { stored, renewed };
}

/** Of a page that failed, too: what was found before it did is not lost. */
function findingsOf({ commit, result, page }: Decided, now: Date) {
  const finished = new Date(result.finishedAt);
  return {
    campaignId: page.campaignId,
    hostId: page.hostId,
    pageId: page.id,
    seenAt: finished > now ? now : finished,
    retentionDays: page.retentionDays,
    comesAgain: page.everySeconds !== null,
    numbers: commit.numbers,
  };
}

/** Links that may be new, by campaign. A failed page may have some too: a redirect to another origin is a link. */
async function offerLinks(tx: Transaction, live: readonly LiveCommit[]): Promise<Map<string, OfferedPage[]>> {
  const offers = new Map<string, OfferedPage[]>();
  for (const [campaignId, some] of Map.groupBy(live, (one) => one.page.campaignId)) {
    const links = some.flatMap(({ commit, page }) => commit.links.map((link) => ({ ...link, foundOn: page.id })));
    const fresh = await dropKnown(tx, campaignId, links);
    if (fresh.length > 0) offers.set(campaignId, fresh);
  }
  return offers;
}

function campaignsToLock(decided: readonly Decided[], offers: ReadonlyMap<string, unknown>): Set<string> {
  const requeued = decided.filter((one) => one.state === 'queued').map((one) => one.page.campaignId);
  return new Set([...requeued, ...offers.keys()]);
}

function unlessCancelled(one: Decided, campaigns: ReadonlyMap<string, LockedCampaign>): Decided {
  if (one.state !== 'queued' || campaigns.get(one.page.campaignId)?.state !== 'cancelled') return one;
  return { ...one, state: 'excluded', code: 'campaign-cancelled', notBefore: null };
}

async function updatePages(tx: Transaction, decided: readonly Decided[], now: Date): Promise<void> {
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

function isUnmodified({ result }: LiveCommit): boolean {
  return result.kind === 'page' && result.outcome === 'not-modified';
}

/** A page comes in one part. */
function isLastPart({ result }: LiveCommit): boolean {
  return result.kind === 'page' || result.isLast;
}

/** Of sitemaps of which more is to come under the same lease. */
async function countParts(tx: Transaction, begun: readonly LiveCommit[]): Promise<void> {
  if (begun.length === 0) return;
  await tx.query(
    `update pages p set parts = p.parts + 1 from unnest($1::bigint[], $2::bigint[]) as begun (id, host_id)
     where p.id = begun.id and p.host_id = begun.host_id`,
    [begun.map(({ page }) => page.id), begun.map(({ page }) => page.hostId)],
  );
}

/** Where sensitive data went to rest, in counts. */
async function auditFindings(
  tx: Transaction,
  decided: readonly Decided[],
  found: ReadonlyMap<string, StoredFindings>,
  now: Date,
): Promise<void> {
  const events = decided.flatMap(({ page, result }) => {
    const stored = found.get(page.id);
    if (!stored || stored.sightings + stored.suppressed === 0) return [];
    const details = { page: page.id, worker: result.worker, ...stored };
    return [{ at: now, actor: 'sink', action: 'page.committed', campaignId: page.campaignId, details }];
  });
  await recordAudit(tx, events);
}

function evidenceOf({ result, page }: LiveCommit) {
  return {
    hostId: page.hostId,
    requestedAt: result.requestedAt === null ? null : new Date(result.requestedAt),
    finishedAt: new Date(result.finishedAt),
    code: result.code,
    retryAfterMs: result.retryAfterMs,
    latencyMs: result.latencyMs,
    address: result.address,
  };
}

/** One result; see `commitPageResults`. */
export async function commitPageResult(
  tx: Transaction,
  commit: PageCommit,
  options: CommitOptions,
): Promise<CommitReport> {
  const [report] = await commitPageResults(tx, [commit], options);
  return report ?? staleReport;
}
