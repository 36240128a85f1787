export type { OfferedPage } from './admission.ts';
export type { SealedPlace } from './audit/audit-link.ts';
export { countDisclosures } from './audit/count-disclosures.ts';
export { readAuditHead, readAuditSeal } from './audit/read-audit-head.ts';
export { readRetiredAuditKeys, retireAuditKey } from './audit/retire-audit-key.ts';
export { sealAuditEvents } from './audit/seal-audit-events.ts';
export { type TracedNumber, traceNumber } from './audit/trace-number.ts';
export { type AuditFault, type AuditVerdict, verifyAudit } from './audit/verify-audit.ts';
export { auditCounts, type CountAudit } from './audit-counts.ts';
export { bindKeys, readBoundKeyIds, readBoundKeys, rebindKey } from './bind-keys.ts';
export { changeLimits } from './change-limits.ts';
export { type Claim, type ClaimedPage, type ClaimedRobots, type ClaimOptions, claimPages } from './claim-pages.ts';
export {
  type CommitOptions,
  type CommitReport,
  commitPageResult,
  commitPageResults,
} from './commit-page-results.ts';
export { commitRobotsResult, type RobotsCommit } from './commit-robots-result.ts';
export { type BreakerCount, countBreakers } from './count-breakers.ts';
export { type CreateCampaign, createCampaign } from './create-campaign.ts';
export { type EndedLeases, recordLostLeases, redispatchLeases, releaseLeases } from './end-leases.ts';
export { type EnqueuePages, enqueuePages } from './enqueue-pages.ts';
export { ensureSightingPartitions } from './ensure-sighting-partitions.ts';
export { type Erased, eraseNumbers, type Subject } from './erasure/erase-numbers.ts';
export { expireFindings } from './erasure/expire-findings.ts';
export { suppressNumbers } from './erasure/suppress-numbers.ts';
export { excludePages } from './exclude-pages.ts';
export { excludeUnfetchable } from './exclude-unfetchable.ts';
export { expiredLeases } from './expired-leases.ts';
export { extendLeases } from './extend-leases.ts';
export { failStalledHosts } from './fail-stalled-hosts.ts';
export { type FoundPage, findPage } from './find-page.ts';
export { finishCampaigns } from './finish-campaigns.ts';
export { foldCounts } from './fold-counts.ts';
export { forgetWorkers } from './forget-workers.ts';
export type { HostNews } from './host-clocks.ts';
export type { SealedNumber } from './insert-findings.ts';
export type { InsertReport } from './insert-pages.ts';
export { ensureCampaignKey, readCampaignKey } from './keys/campaign-keys.ts';
export { hasLeases } from './keys/has-leases.ts';
export { reindexNumbers } from './keys/reindex-numbers.ts';
export { renewNumbers } from './keys/renew-numbers.ts';
export { rewrapCampaignKeys } from './keys/rewrap-campaign-keys.ts';
export { type Shredded, shredCampaign } from './keys/shred-campaign.ts';
export type { Lease } from './leases.ts';
export { listAuditableCampaigns } from './list-auditable-campaigns.ts';
export { type BusyHost, type BusyHosts, listBusyHosts } from './list-busy-hosts.ts';
export { listNewestFailures, type NewestFailure } from './list-newest-failures.ts';
export { listNewestSightings, type NewestSighting } from './list-newest-sightings.ts';
export { type ListedNumber, type ListedSighting, listNumbers } from './list-numbers.ts';
export { listWorkers } from './list-workers.ts';
export type { PageCommit } from './live-commits.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export {
  createOfferPage,
  type DomainOf,
  type FoundUrl,
  isSeedMoved,
  type OfferPage,
  type Scope,
} from './offer-page.ts';
export {
  createOfferSitemap,
  createSitemapsOf,
  type FoundSitemap,
  type OfferSitemap,
  type SitemapsOf,
} from './offer-sitemap.ts';
export { listCampaigns, readCampaignStatus } from './read-campaign-status.ts';
export { type FleetTotals, readFleetTotals } from './read-fleet-totals.ts';
export { type FrontierFigures, readFrontierFigures } from './read-frontier-figures.ts';
export { type PageContext, readPageContexts } from './read-page-contexts.ts';
export { type AuditEvent, recordAudit } from './record-audit.ts';
export { type DeadLetter, recordDeadLetter } from './record-dead-letter.ts';
export { recordWorker } from './record-worker.ts';
export { type KindEvidence, readRenderEvidence } from './render-evidence.ts';
export { restartAllClocks } from './restart-all-clocks.ts';
export { type RetryFailedPages, retryFailedPages } from './retry-failed-pages.ts';
export { type RetryPolicy, retryPolicy } from './retry-policy.ts';
export { revisitPages } from './revisits/revisit-pages.ts';
export { readScope, widenScope } from './scope.ts';
export {
  addFilter,
  type BuiltFilter,
  changeFilter,
  dropFilter,
  type FilteredCampaign,
  keepBaseline,
  readFilteredCampaigns,
  readFilters,
} from './seen-filter/filters.ts';
export { readSeenKeys } from './seen-filter/read-seen-keys.ts';
export { type FilterAnswers, takeAnswers } from './seen-filter/take-answers.ts';
export { setCampaignState } from './set-campaign-state.ts';
export { createStore, type Db, type Rows, type Store, type StoreOptions, type Transaction } from './store.ts';
export { createToken, type FoundToken, findToken, listTokens, revokeToken } from './tokens/api-tokens.ts';
export { tryLock } from './try-lock.ts';
