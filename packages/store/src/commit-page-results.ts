import type { OfferedPage } from './admission.ts';
import { advanceHostClocks, type ClockOptions } from './host-clocks.ts';
import { insertFindings, type StoredFindings } from './insert-findings.ts';
import { dropKnown, type InsertOptions, insertPages } from './insert-pages.ts';
import { countParts, isLastPart, type LiveCommit, lockLivePages, type PageCommit } from './live-commits.ts';
import { type LockedCampaign, lockCampaigns } from './lock-campaign.ts';
import { recordAudit } from './record-audit.ts';
import { recordRenderEvidence } from './render-evidence.ts';
import { decidePage } from './retry-policy.ts';
import { confirmPages } from './revisits/confirm-pages.ts';
import { leavePages, type Renewed, renewSightings } from './revisits/renew-sightings.ts';
import { probeSeen } from './seen-filter/probe-seen.ts';
import type { Transaction } from './store.ts';
import { findCopies } from './traps/content-copies.ts';
import { type Decided, updatePages } from './update-pages.ts';

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

function isUnmodified({ result }: LiveCommit): boolean {
  return result.kind === 'page' && result.outcome === 'not-modified';
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
