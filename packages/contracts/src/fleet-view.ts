import { z } from 'zod';
import { campaignStatus } from './campaign.ts';
import { pageCodeList } from './error-codes.ts';
import { findingLabels, findingSources, numberTypes } from './findings.ts';
import { queueNames } from './queue-names.ts';
import { workerReport } from './worker-report.ts';

/** How a host stands with the fleet now. */
export const hostStates = ['ready', 'waiting', 'busy', 'backing-off', 'robots-pending'] as const;

/** A host and its clock (I7). Times are ISO 8601. */
export const hostView = z.object({
  origin: z.string(),
  state: z.enum(hostStates),
  /** Counted up to 1,000. */
  queued: z.int(),
  leased: z.int(),
  delayMs: z.int(),
  lastRequestAt: z.string().nullable(),
  /** Before this no document of it is asked for; null when it may be asked now. */
  nextRequestAt: z.string().nullable(),
  failureStreak: z.int(),
});
export type HostView = z.infer<typeof hostView>;

/** One of the last things found, masked, with where it stood. */
export const lastFinding = z.object({
  number: z.string(),
  region: z.string().nullable(),
  type: z.enum(numberTypes),
  campaign: z.string(),
  url: z.string(),
  at: z.string(),
  source: z.enum(findingSources),
  label: z.enum(findingLabels).nullable(),
});
export type LastFinding = z.infer<typeof lastFinding>;

/** One of the last pages that ended as failed. `url` is redacted. */
export const lastFailure = z.object({
  campaign: z.string(),
  /** The page's id, by which `numfleet trace --page` finds what became of its jobs. */
  page: z.string(),
  url: z.string(),
  code: z.enum(pageCodeList),
  at: z.string(),
});
export type LastFailure = z.infer<typeof lastFailure>;

/** Pages and sightings since the sample before, as the console saw them. */
export const throughputSample = z.object({
  at: z.string(),
  seconds: z.number(),
  done: z.int(),
  failed: z.int(),
  sightings: z.int(),
});
export type ThroughputSample = z.infer<typeof throughputSample>;

/** All that the dashboard shows, in one answer: what it draws together was true together. */
export const fleetView = z.object({
  at: z.string(),
  version: z.string(),
  queueBackend: z.enum(['postgres', 'redis']),
  /** The newest 50. */
  campaigns: z.array(campaignStatus),
  /** Of the last 10 minutes or since the console started, oldest first. */
  throughput: z.array(throughputSample),
  queues: z.array(
    z.object({
      queue: z.enum([queueNames.crawl, queueNames.results]),
      waiting: z.int(),
      active: z.int(),
      failed: z.int(),
    }),
  ),
  /** Hosts with pages to come, the busiest 50 first. */
  hosts: z.array(hostView),
  /** Counted up to 1,000. */
  hostsTotal: z.int(),
  /** Those that reported within the last minute. */
  workers: z.array(workerReport),
  /** The newest 20. */
  findings: z.array(lastFinding),
  /** The newest 20. */
  failures: z.array(lastFailure),
});
export type FleetView = z.infer<typeof fleetView>;
