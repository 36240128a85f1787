import type { FleetEvent } from '@numfleet/contracts';
import type { Level, Logger } from 'pino';

type Line<Type extends FleetEvent['type']> = readonly [
  Level | ((event: Extract<FleetEvent, { type: Type }>) => Level),
  message: string,
];

/** Turns an event into a log line: its type under `event`, its fields by their own names, but an error under `err`. */
export function logEvent({ type, ...fields }: FleetEvent, logger: Logger): void {
  const [level, message] = lines[type] as Line<FleetEvent['type']>;
  // A redacted log line says so itself, and a line about it could be redacted in turn.
  if ('sink' in fields && fields.sink === 'log') return;
  // `pid` is that of the process that writes the line.
  const { error: err, pid: childPid, ...rest } = { error: undefined, pid: undefined, ...fields };
  const chosen = typeof level === 'function' ? level({ type, ...fields } as never) : level;
  logger[chosen]({ event: type, ...rest, childPid, err }, message);
}

/** The compiler holds that no type of event is missing. What comes once a page or more often is `debug`. */
const lines: { readonly [Type in FleetEvent['type']]: Line<Type> } = {
  'service.started': ['info', 'The service is starting.'],
  'service.ready': ['info', 'The service is ready.'],
  'service.draining': ['info', 'The service finishes what it has begun.'],
  'service.stopped': [({ exitCode }) => (exitCode === 0 ? 'info' : 'error'), 'The service has stopped.'],
  'service.failed': ['error', 'The service failed.'],
  'job.taken': ['debug', 'A message was taken.'],
  'job.ended': ['debug', 'A message has ended.'],
  'jobs.accounted': [({ difference }) => (difference === 0 ? 'info' : 'error'), 'Messages taken and ended.'],
  'job.dead-lettered': ['error', 'A message was set aside.'],
  'job.errored': ['error', 'The processing of a message threw.'],
  'job.outlived': [({ held }) => (held === 0 ? 'debug' : 'warn'), 'Jobs have ended and still hold something.'],
  'connection.evicted': [
    ({ reason }) => (reason === 'expired' ? 'debug' : 'warn'),
    'A connection to Postgres was given up.',
  ],
  'queue.error': ['error', 'The queue reports an error.'],
  'queue.worker-renewed': ['warn', 'A queue worker took nothing while jobs waited, and was replaced.'],
  'queue.user-shared': [
    'warn',
    'All services share one user of Redis: it is older than 7.0, or the user of REDIS_URL may make no others.',
  ],
  'queue.unverified': ['warn', 'This Redis does not tell its maxmemory-policy. It must be noeviction.'],
  'numbering.loaded': ['info', 'Numbers are read by the plans of this release.'],
  'stage.ended': ['debug', 'A stage has ended.'],
  // That a page fails is no trouble of ours, but somebody will look for it, and for its trace.
  'page.crawled': [({ outcome }) => (outcome === 'failed' ? 'info' : 'debug'), 'A page was crawled.'],
  'page.render-decided': ['debug', 'It was decided whether a page is rendered.'],
  'page.cut': ['info', 'A page was cut at a limit.'],
  'page.read': ['debug', 'A page was read.'],
  'robots.read': ['debug', 'A robots.txt was asked for.'],
  'sitemap.read': ['info', 'A sitemap was asked for.'],
  'egress.request': ['debug', 'A request was sent out.'],
  // Without a contact everything is refused that a page would load from a public host.
  'egress.refused': [
    ({ reason }) => (reason === 'contact-missing' ? 'debug' : 'warn'),
    'The egress guard refused a connection.',
  ],
  'egress.resolved': ['debug', 'The address of a host was wanted.'],
  'egress.waiting': ['debug', 'Requests wait for a connection.'],
  'browser.started': ['info', 'A browser was started.'],
  'browser.ended': [({ reason }) => (isExpected[reason] ? 'info' : 'warn'), 'A browser has ended.'],
  'browser.hung': ['warn', 'A browser did not answer in time.'],
  'browser.paused': ['error', 'Browsers crash one after the other; the next has to wait.'],
  'browsers.measured': ['debug', 'What browsers use.'],
  'loop.failed': ['error', 'A round of a recurring task threw; the next comes in its time.'],
  'request.rejected': ['debug', 'A request to the console was refused unread.'],
  'request.failed': ['error', 'A request to the console could not be answered.'],
  'reveals.unusual': ['warn', 'Somebody reveals more numbers than is usual. The audit tells who.'],
  'request.abandoned': ['debug', 'A caller went away before its answer was whole.'],
  'dispatch.claimed': ['debug', 'Pages were dispatched.'],
  'dispatch.excluded': ['info', 'Pages were excluded at dispatch.'],
  'lease.expired': [({ verdict }) => (verdict === 'poison' ? 'error' : 'warn'), 'Leases ran out.'],
  'pages.due-again': ['info', 'Pages are due to be visited again.'],
  'campaign.finished': ['info', 'A campaign has finished.'],
  'filter.changed': ['info', 'What became of a filter over known pages.'],
  'filter.judged': ['debug', 'Answers of a filter were judged.'],
  'filter.alarmed': [
    'error',
    'A filter calls pages known that are not, more often than usual; it is not asked any more.',
  ],
  'breaker.changed': ['info', 'The breaker of a host has changed.'],
  'host.refused': ['debug', 'A host refused.'],
  'host.asked-while-open': ['error', 'A host was asked before its time.'],
  'host.stalled': ['warn', 'A host has refused for too long, and its pages have failed.'],
  'clock.stepped': ['warn', 'The clock was set; hosts wait for their delay once more.'],
  'dispatch.held': ['debug', 'Nothing was dispatched: the fleet has as much as it takes.'],
  'counts.audited': [
    ({ difference }) => (difference === 0 ? 'debug' : 'error'),
    "A campaign's counters were compared with its rows.",
  ],
  'commit.batch': ['debug', 'Results were committed.'],
  'commit.result': [({ verdict }) => (verdict === 'dead-letter' ? 'error' : 'debug'), 'A result was decided.'],
  'findings.expired': ['info', 'Findings whose retention was over are gone.'],
  'audit.sealed': ['debug', 'Audit events were sealed.'],
  'audit.anchored': ['info', "The head of the audit's chain was written down."],
  'audit.broken': ['error', 'The audit is not the one whose head was written down. Run `numfleet audit verify`.'],
  'process.spawned': ['info', 'A process was started.'],
  'process.exited': [({ asked }) => (asked ? 'info' : 'error'), 'A process has ended.'],
  'process.restarting': ['warn', 'A process will be started again.'],
  'spans.dropped': [({ again }) => (again ? 'debug' : 'warn'), 'Spans were dropped.'],
  redaction: ['warn', 'What could be a number was replaced.'],
};

const isExpected = {
  ...{ closed: true, recycled: true, outgrown: true },
  ...{ hung: false, crashed: false, unclean: false, 'owner-gone': false },
} as const;
