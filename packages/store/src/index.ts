export type { OfferedPage } from './admission.ts';
export { auditCounts, type CountAudit } from './audit-counts.ts';
export { bindKeys, readBoundKeys } from './bind-keys.ts';
export { type Claim, type ClaimedPage, type ClaimedRobots, type ClaimOptions, claimPages } from './claim-pages.ts';
export {
  type CommitOptions,
  type CommitReport,
  commitPageResult,
  commitPageResults,
  type PageCommit,
} from './commit-page-results.ts';
export { commitRobotsResult, type RobotsCommit } from './commit-robots-result.ts';
export { type CreateCampaign, createCampaign } from './create-campaign.ts';
export { type EndedLeases, recordLostLeases, redispatchLeases, releaseLeases } from './end-leases.ts';
export { type EnqueuePages, enqueuePages } from './enqueue-pages.ts';
export { ensureSightingPartitions } from './ensure-sighting-partitions.ts';
export { excludePages } from './exclude-pages.ts';
export { excludeUnfetchable } from './exclude-unfetchable.ts';
export { expiredLeases } from './expired-leases.ts';
export { extendLeases } from './extend-leases.ts';
export { type FoundPage, findPage } from './find-page.ts';
export { finishCampaigns } from './finish-campaigns.ts';
export { foldCounts } from './fold-counts.ts';
export { forgetWorkers } from './forget-workers.ts';
export type { SealedNumber } from './insert-findings.ts';
export type { InsertReport } from './insert-pages.ts';
export type { Lease } from './leases.ts';
export { type BusyHost, type BusyHosts, listBusyHosts } from './list-busy-hosts.ts';
export { listNewestFailures, type NewestFailure } from './list-newest-failures.ts';
export { listNewestSightings, type NewestSighting } from './list-newest-sightings.ts';
export { type ListedNumber, type ListedSighting, listNumbers } from './list-numbers.ts';
export { listWorkers } from './list-workers.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export {
  createOfferPage,
  type DomainOf,
  type FoundUrl,
  isSeedMoved,
  type OfferPage,
  type Scope,
} from './offer-page.ts';
export { listCampaigns, readCampaignStatus } from './read-campaign-status.ts';
export { type FleetTotals, readFleetTotals } from './read-fleet-totals.ts';
export { type FrontierFigures, readFrontierFigures } from './read-frontier-figures.ts';
export { type PageContext, readPageContexts } from './read-page-contexts.ts';
export { type AuditEvent, recordAudit } from './record-audit.ts';
export { type DeadLetter, recordDeadLetter } from './record-dead-letter.ts';
export { recordWorker } from './record-worker.ts';
export { type RetryFailedPages, retryFailedPages } from './retry-failed-pages.ts';
export { type RetryPolicy, retryPolicy } from './retry-policy.ts';
export { readScope, widenScope } from './scope.ts';
export { setCampaignState } from './set-campaign-state.ts';
export { createStore, type Db, type Rows, type Store, type StoreOptions, type Transaction } from './store.ts';
