import {
  browserEndings,
  crawlStages,
  cutKinds,
  deadLetterCodes,
  evictionReasons,
  type FleetEvent,
  jobEndings,
  jobResources,
  lookupResults,
  operatorCodes,
  pageCodes,
  pageOutcomes,
  queueNames,
  rejectReasons,
  requestRejections,
  restartReasons,
  robotsOutcomes,
  spanDropReasons,
} from '@numfleet/contracts';

/**
 * Every name that dashboards, alerts and log searches rely on (I12): add, never rename. Metrics follow Prometheus'
 * naming: base units, `_total` for counters. Labels take their values from `labelValues` and from nowhere else (I8).
 */

/** Values of each label; what is not in the list is counted as its last. */
export const labelValues = {
  queue: [...Object.values(queueNames), 'other'],
  state: ['waiting', 'active', 'completed', 'failed', 'other'],
  ending: [...jobEndings, 'other'],
  stage: [...crawlStages, 'launch', 'heartbeat', 'page', 'context', 'browser', 'group', 'other'],
  result: ['ok', ...lookupResults, 'failed'],
  outcome: [...pageOutcomes, ...robotsOutcomes, 'other'],
  code: [...Object.keys({ ...pageCodes, ...deadLetterCodes, ...operatorCodes }), 'none', 'internal-error'],
  cut: [...cutKinds, 'other'],
  status: ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'],
  reason: [
    ...rejectReasons,
    ...browserEndings,
    ...evictionReasons,
    ...requestRejections,
    ...restartReasons,
    ...spanDropReasons,
    ...['private-address', 'bad-name', 'bad-port', 'contact-missing', 'other'],
  ],
  kind: ['page', 'robots'],
  verdict: ['extended', 'attempt', 'redispatched', 'poison', 'committed', 'stale', 'dead-letter', 'other'],
  process: ['postgres', 'scheduler', 'crawler', 'sink', 'console', 'other'],
  asked: ['true', 'false'],
  sink: ['log', 'metric', 'trace'],
  resource: [...jobResources, 'other'],
  pool: ['truth', 'queue', 'other'],
} as const satisfies Record<string, readonly string[]>;

export type LabelName = keyof typeof labelValues;

interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  name: `numfleet_${string}`;
  help: string;
  labels: readonly LabelName[];
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  buckets?: readonly number[];
  /** Whether a histogram's buckets name the trace of the last observation in them. */
  exemplars?: boolean;
}

const short = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const long = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export const metricTable = {
  ready: { type: 'gauge', name: 'numfleet_service_ready', help: '1 from ready to the start of draining', labels: [] },
  jobsTaken: { type: 'counter', name: 'numfleet_jobs_taken_total', help: 'Messages taken', labels: ['queue'] },
  jobsEnded: {
    type: 'counter',
    name: 'numfleet_jobs_ended_total',
    help: 'Messages ended; over all endings as many as were taken, less those in flight (I9)',
    labels: ['queue', 'ending'],
  },
  jobSeconds: {
    type: 'histogram',
    name: 'numfleet_job_duration_seconds',
    help: 'From taking a message to its end',
    labels: ['queue', 'ending'],
    buckets: long,
    exemplars: true,
  },
  jobsUnaccounted: {
    type: 'gauge',
    name: 'numfleet_jobs_unaccounted',
    help: 'Messages taken less messages ended when the service stopped; anything but 0 is a defect (I9)',
    labels: [],
  },
  jobsInFlight: { type: 'gauge', name: 'numfleet_jobs_in_flight', help: 'Messages being worked on', labels: ['queue'] },
  jobErrors: {
    type: 'counter',
    name: 'numfleet_job_errors_total',
    help: 'Messages whose processing threw',
    labels: ['queue', 'code'],
  },
  deadLetters: {
    type: 'counter',
    name: 'numfleet_dead_letters_total',
    help: 'Messages set aside',
    labels: ['queue', 'code'],
  },
  resourcesHeld: {
    type: 'gauge',
    name: 'numfleet_resources_held_after_job',
    help: 'What jobs that have ended still hold; anything but 0 for more than 5 s is a defect (I6)',
    labels: ['resource'],
  },
  connectionsEvicted: {
    type: 'counter',
    name: 'numfleet_connections_evicted_total',
    help: 'Connections to Postgres that were given up and replaced',
    labels: ['pool', 'reason'],
  },
  queueErrors: { type: 'counter', name: 'numfleet_queue_errors_total', help: 'Errors of the queue', labels: ['queue'] },
  workersRenewed: {
    type: 'counter',
    name: 'numfleet_queue_workers_renewed_total',
    help: 'Queue workers replaced because they took nothing while jobs waited',
    labels: ['queue'],
  },
  queueDepth: { type: 'gauge', name: 'numfleet_queue_jobs', help: 'Messages in the queue', labels: ['queue', 'state'] },
  stageSeconds: {
    type: 'histogram',
    name: 'numfleet_stage_duration_seconds',
    help: 'Time of a stage of a job',
    labels: ['stage', 'result'],
    buckets: long,
    exemplars: true,
  },
  pages: {
    type: 'counter',
    name: 'numfleet_pages_crawled_total',
    help: 'Pages crawled, by what became of them',
    labels: ['outcome', 'code'],
  },
  pageSeconds: {
    type: 'histogram',
    name: 'numfleet_page_duration_seconds',
    help: 'From taking a page to handing its result on',
    labels: ['outcome'],
    buckets: long,
    exemplars: true,
  },
  pageTimeouts: {
    type: 'counter',
    name: 'numfleet_page_timeouts_total',
    help: 'Pages that failed by their deadline, by the stage that they were in',
    labels: ['stage'],
  },
  cuts: { type: 'counter', name: 'numfleet_page_cuts_total', help: 'Pages cut at a limit (I8)', labels: ['cut'] },
  findings: { type: 'counter', name: 'numfleet_findings_total', help: 'Numbers found on pages', labels: [] },
  rejected: {
    type: 'counter',
    name: 'numfleet_candidates_rejected_total',
    help: 'What looked like a number and was dropped; how many are of an unknown-prefix, of these and all findings, tells how much the metadata lacks (G16)',
    labels: ['reason'],
  },
  numberingReleased: {
    type: 'gauge',
    name: 'numfleet_numbering_metadata_released_timestamp_seconds',
    help: 'When the metadata was released that numbers are read by, since 1970 (G16)',
    labels: [],
  },
  robots: {
    type: 'counter',
    name: 'numfleet_robots_read_total',
    help: 'robots.txt files asked for',
    labels: ['outcome'],
  },
  requests: {
    type: 'counter',
    name: 'numfleet_egress_requests_total',
    help: 'Requests sent out',
    labels: ['status', 'code'],
  },
  requestSeconds: {
    type: 'histogram',
    name: 'numfleet_egress_request_duration_seconds',
    help: 'Time of a request sent out',
    labels: ['status'],
    buckets: long,
  },
  receivedBytes: {
    type: 'counter',
    name: 'numfleet_egress_received_bytes_total',
    help: 'Bytes of bodies received',
    labels: [],
  },
  refused: {
    type: 'counter',
    name: 'numfleet_egress_refused_total',
    help: 'Connections refused by the egress guard (I5)',
    labels: ['reason'],
  },
  lookups: {
    type: 'counter',
    name: 'numfleet_dns_lookups_total',
    help: 'Host addresses wanted, by what was given; stale: past its TTL, since no better answer came in time',
    labels: ['result'],
  },
  browserStartSeconds: {
    type: 'histogram',
    name: 'numfleet_browser_start_duration_seconds',
    help: 'Time to start a browser',
    labels: [],
    buckets: short,
  },
  browsersEnded: {
    type: 'counter',
    name: 'numfleet_browsers_ended_total',
    help: 'Browsers ended, by reason',
    labels: ['reason'],
  },
  browserHangs: {
    type: 'counter',
    name: 'numfleet_browser_hangs_total',
    help: 'Browsers that did not answer in time',
    labels: ['stage'],
  },
  browsers: { type: 'gauge', name: 'numfleet_browsers_running', help: 'Browsers running', labels: [] },
  browserSandboxed: {
    type: 'gauge',
    name: 'numfleet_browser_sandboxed',
    help: "1 where browsers run in Chromium's own sandbox, 0 where the machine does not allow it",
    labels: [],
  },
  loopFailures: {
    type: 'counter',
    name: 'numfleet_loop_failures_total',
    help: 'Rounds of a recurring task that threw',
    labels: ['code'],
  },
  requestsRejected: {
    type: 'counter',
    name: 'numfleet_requests_rejected_total',
    help: 'Requests to the console refused before they were read to their end (G12)',
    labels: ['reason'],
  },
  requestFailures: {
    type: 'counter',
    name: 'numfleet_request_failures_total',
    help: 'Requests to the console that could not be answered',
    labels: ['code'],
  },
  requestsAbandoned: {
    type: 'counter',
    name: 'numfleet_requests_abandoned_total',
    help: 'Requests to the console whose caller went away before the answer was whole',
    labels: [],
  },
  dispatched: {
    type: 'counter',
    name: 'numfleet_dispatched_total',
    help: 'Jobs claimed from the frontier and put into the queue',
    labels: ['kind'],
  },
  leasedPages: { type: 'gauge', name: 'numfleet_leased_pages', help: 'Pages leased, fleet-wide', labels: [] },
  leaseWindow: { type: 'gauge', name: 'numfleet_lease_window_pages', help: 'Bound on leased pages (W)', labels: [] },
  excluded: {
    type: 'counter',
    name: 'numfleet_pages_excluded_total',
    help: 'Pages excluded at dispatch',
    labels: ['code'],
  },
  leasesExpired: {
    type: 'counter',
    name: 'numfleet_leases_expired_total',
    help: 'Leases that ran out, by what was decided',
    labels: ['verdict'],
  },
  campaignsFinished: {
    type: 'counter',
    name: 'numfleet_campaigns_finished_total',
    help: 'Campaigns finished',
    labels: [],
  },
  commitBatch: {
    type: 'histogram',
    name: 'numfleet_commit_batch_results',
    help: 'Results a transaction',
    labels: [],
    buckets: [1, 2, 5, 10, 20, 30, 40, 50],
  },
  commitSeconds: {
    type: 'histogram',
    name: 'numfleet_commit_duration_seconds',
    help: 'Time of a transaction of results',
    labels: [],
    buckets: short,
    exemplars: true,
  },
  commits: { type: 'counter', name: 'numfleet_commits_total', help: 'Results by verdict', labels: ['verdict'] },
  numbers: { type: 'counter', name: 'numfleet_numbers_committed_total', help: 'Numbers new in a campaign', labels: [] },
  sightings: { type: 'counter', name: 'numfleet_sightings_committed_total', help: 'Sightings stored', labels: [] },
  links: { type: 'counter', name: 'numfleet_links_committed_total', help: 'Links new in a campaign', labels: [] },
  processesSpawned: {
    type: 'counter',
    name: 'numfleet_processes_spawned_total',
    help: 'Processes started by the supervisor',
    labels: ['process'],
  },
  processesExited: {
    type: 'counter',
    name: 'numfleet_processes_exited_total',
    help: 'Processes that ended, asked to or not (I10)',
    labels: ['process', 'asked'],
  },
  processRestarts: {
    type: 'counter',
    name: 'numfleet_process_restarts_total',
    help: 'Restarts by the supervisor, by how the process had ended',
    labels: ['process', 'reason'],
  },
  spansDropped: {
    type: 'counter',
    name: 'numfleet_spans_dropped_total',
    help: 'Spans that reached neither collector nor file',
    labels: ['reason'],
  },
  redactions: {
    type: 'counter',
    name: 'numfleet_redactions_total',
    help: 'Stretches replaced because they could be a number (I3)',
    labels: ['sink'],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof metricTable;

/**
 * How the value of a log key is let through: `text` is redacted, as is every key not listed; a `quantity` passes as a
 * number, `quantities` as an object of numbers, a `row-id` as the decimal string of a Postgres bigint, and a `trace-id`
 * as 16 or 32 hexadecimal digits. Without this, ids and byte counts of seven digits would read `[phone]`.
 */
export type LogKind = 'text' | 'quantity' | 'quantities' | 'row-id' | 'trace-id';

type EventKey = FleetEvent extends infer Event ? (Event extends FleetEvent ? keyof Event : never) : never;

export const logKinds = {
  level: 'text',
  time: 'text',
  service: 'text',
  worker: 'text',
  event: 'text',
  msg: 'text',
  err: 'text',
  traceId: 'trace-id',
  spanId: 'trace-id',
  pid: 'quantity',
  childPid: 'quantity',
  type: 'text',
  adminPort: 'quantity',
  reason: 'text',
  result: 'text',
  exitCode: 'quantity',
  code: 'text',
  error: 'text',
  queue: 'text',
  jobId: 'text',
  ending: 'text',
  endings: 'quantities',
  taken: 'quantity',
  difference: 'quantity',
  seconds: 'quantity',
  stage: 'text',
  ok: 'text',
  sandboxed: 'text',
  pageId: 'row-id',
  originId: 'row-id',
  campaignId: 'row-id',
  outcome: 'text',
  cut: 'text',
  findings: 'quantity',
  version: 'text',
  releasedAt: 'quantity',
  rejected: 'quantities',
  status: 'quantity',
  bytes: 'quantity',
  timeoutMs: 'quantity',
  loop: 'text',
  route: 'text',
  pages: 'quantity',
  robots: 'quantity',
  leased: 'quantity',
  window: 'quantity',
  verdict: 'text',
  count: 'quantity',
  results: 'quantity',
  numbers: 'quantity',
  sightings: 'quantity',
  links: 'quantity',
  process: 'text',
  signal: 'text',
  asked: 'text',
  inMs: 'quantity',
  sink: 'text',
  resource: 'text',
  held: 'quantity',
  pool: 'text',
  again: 'text',
} as const satisfies Record<
  EventKey | 'level' | 'time' | 'service' | 'worker' | 'event' | 'msg' | 'err' | 'childPid' | 'traceId' | 'spanId',
  LogKind
>;
