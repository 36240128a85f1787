import {
  browserEndings,
  crawlStages,
  cutKinds,
  deadLetterCodes,
  type FleetEvent,
  jobEndings,
  operatorCodes,
  pageCodes,
  pageOutcomes,
  queueNames,
  rejectReasons,
  robotsOutcomes,
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
  result: ['ok', 'failed'],
  outcome: [...pageOutcomes, ...robotsOutcomes, 'other'],
  code: [...Object.keys({ ...pageCodes, ...deadLetterCodes, ...operatorCodes }), 'none', 'internal-error'],
  cut: [...cutKinds, 'other'],
  status: ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'],
  reason: [...rejectReasons, ...browserEndings, 'private-address', 'bad-name', 'bad-port', 'contact-missing', 'other'],
  kind: ['page', 'robots'],
  verdict: ['extended', 'attempt', 'redispatched', 'poison', 'committed', 'stale', 'dead-letter', 'other'],
  process: ['postgres', 'scheduler', 'crawler', 'sink', 'console', 'other'],
  asked: ['true', 'false'],
  sink: ['log', 'metric', 'trace'],
} as const satisfies Record<string, readonly string[]>;

export type LabelName = keyof typeof labelValues;

interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  name: `numfleet_${string}`;
  help: string;
  labels: readonly LabelName[];
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  buckets?: readonly number[];
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
  queueErrors: { type: 'counter', name: 'numfleet_queue_errors_total', help: 'Errors of the queue', labels: ['queue'] },
  queueDepth: { type: 'gauge', name: 'numfleet_queue_jobs', help: 'Messages in the queue', labels: ['queue', 'state'] },
  stageSeconds: {
    type: 'histogram',
    name: 'numfleet_stage_duration_seconds',
    help: 'Time of a stage of a page job',
    labels: ['stage', 'result'],
    buckets: long,
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
  },
  cuts: { type: 'counter', name: 'numfleet_page_cuts_total', help: 'Pages cut at a limit (I8)', labels: ['cut'] },
  findings: { type: 'counter', name: 'numfleet_findings_total', help: 'Numbers found on pages', labels: [] },
  rejected: {
    type: 'counter',
    name: 'numfleet_candidates_rejected_total',
    help: 'What looked like a number and was dropped',
    labels: ['reason'],
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
  loopFailures: {
    type: 'counter',
    name: 'numfleet_loop_failures_total',
    help: 'Rounds of a recurring task that threw',
    labels: ['code'],
  },
  requestFailures: {
    type: 'counter',
    name: 'numfleet_request_failures_total',
    help: 'Requests to the console that could not be answered',
    labels: ['code'],
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
    help: 'Restarts by the supervisor',
    labels: ['process'],
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
 * number, `quantities` as an object of numbers, and a `row-id` as the decimal string of a Postgres bigint. Without
 * this, ids and byte counts of seven digits would read `[phone]`.
 */
export type LogKind = 'text' | 'quantity' | 'quantities' | 'row-id';

type EventKey = FleetEvent extends infer Event ? (Event extends FleetEvent ? keyof Event : never) : never;

export const logKinds = {
  level: 'text',
  time: 'text',
  service: 'text',
  worker: 'text',
  event: 'text',
  msg: 'text',
  err: 'text',
  pid: 'quantity',
  childPid: 'quantity',
  type: 'text',
  adminPort: 'quantity',
  reason: 'text',
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
} as const satisfies Record<
  EventKey | 'level' | 'time' | 'service' | 'worker' | 'event' | 'msg' | 'err' | 'childPid',
  LogKind
>;
