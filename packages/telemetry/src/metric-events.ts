import type { CrawlStage, FleetEvent, PageCode } from '@numfleet/contracts';
import type { Metrics } from './metrics.ts';

type Count<Type extends FleetEvent['type']> = (event: Extract<FleetEvent, { type: Type }>, metrics: Metrics) => void;

/** Turns an event into metrics. */
export function countEvent(event: FleetEvent, metrics: Metrics): void {
  (counts[event.type] as Count<FleetEvent['type']>)(event, metrics);
}

/** The compiler holds that no type of event is missing; those that are of no interest here say so. */
const counts: { readonly [Type in FleetEvent['type']]: Count<Type> } = {
  'service.started': nothing,
  'service.ready': (_, { ready }) => ready(1, {}),
  'service.draining': (_, { ready }) => ready(0, {}),
  'service.stopped': (_, { ready }) => ready(0, {}),
  'service.failed': (_, { ready }) => ready(0, {}),
  'job.taken': ({ queue }, { jobsTaken }) => jobsTaken(1, { queue }),
  'job.ended': ({ queue, ending, seconds }, { jobsEnded, jobSeconds }) => {
    jobsEnded(1, { queue, ending });
    jobSeconds(seconds, { queue, ending });
  },
  'jobs.accounted': ({ difference }, { jobsUnaccounted }) => jobsUnaccounted(difference, {}),
  'job.dead-lettered': ({ queue, code }, { deadLetters }) => deadLetters(1, { queue, code }),
  'job.errored': ({ queue, code }, { jobErrors }) => jobErrors(1, { queue, code }),
  'job.outlived': ({ resource, held }, { resourcesHeld }) => resourcesHeld(held, { resource }),
  'connection.evicted': ({ pool, reason }, { connectionsEvicted }) => connectionsEvicted(1, { pool, reason }),
  'queue.error': ({ queue }, { queueErrors }) => queueErrors(1, { queue }),
  'queue.worker-renewed': ({ queue }, { workersRenewed }) => workersRenewed(1, { queue }),
  'queue.unverified': nothing,
  'queue.user-shared': nothing,
  'numbering.loaded': ({ releasedAt }, { numberingReleased }) => numberingReleased(releasedAt / 1_000, {}),
  'stage.ended': ({ stage, ok, seconds }, { stageSeconds }) => {
    stageSeconds(seconds, { stage, result: ok ? 'ok' : 'failed' });
  },
  'page.crawled': ({ outcome, code, seconds }, { pages, pageSeconds, pageTimeouts }) => {
    pages(1, { outcome, code: code ?? 'none' });
    pageSeconds(seconds, { outcome });
    const stage = stageOfTimeout(code);
    if (stage !== null) pageTimeouts(1, { stage });
  },
  'page.render-decided': ({ decision, gained }, { renderDecisions }) => {
    renderDecisions(1, { reason: decision, result: gained === null ? 'not-compared' : gained ? 'gained' : 'same' });
  },
  'page.cut': ({ cut }, { cuts }) => cuts(1, { cut }),
  'page.read': (event, { findings, rejected, normalised, extractSeconds }) => {
    findings(event.findings, {});
    for (const [reason, count] of Object.entries(event.rejected)) rejected(count, { reason });
    for (const [kind, count] of Object.entries(event.normalised)) normalised(count, { normalisation: kind });
    extractSeconds(event.seconds, { size: sizeClassOf(event.bytes) });
  },
  'robots.read': ({ outcome }, { robots }) => robots(1, { outcome }),
  'sitemap.read': ({ outcome, pages }, { sitemaps, sitemapUrls }) => {
    sitemaps(1, { outcome });
    sitemapUrls(pages, {});
  },
  'egress.request': ({ seconds, bytes, ...event }, { requests, requestSeconds, receivedBytes }) => {
    const status = event.status === null ? 'none' : `${Math.floor(event.status / 100)}xx`;
    requests(1, { status, code: event.code ?? 'none' });
    requestSeconds(seconds, { status });
    receivedBytes(bytes, {});
  },
  'egress.refused': ({ reason }, { refused }) => refused(1, { reason }),
  'egress.resolved': ({ result }, { lookups }) => lookups(1, { result }),
  'egress.waiting': (event, { waitingRequests }) => waitingRequests(event.requests, {}),
  'browser.started': ({ seconds }, { browserStartSeconds }) => browserStartSeconds(seconds, {}),
  'browser.ended': ({ reason }, { browsersEnded }) => browsersEnded(1, { reason }),
  'browser.hung': ({ stage }, { browserHangs }) => browserHangs(1, { stage }),
  'browser.paused': (_, { browserPauses }) => browserPauses(1, {}),
  'browsers.measured': ({ state, ...usage }, { browserProcesses, browserBytes, browserCpuSeconds }) => {
    browserProcesses(usage.processes, { state });
    browserBytes(usage.rssBytes, { state });
    browserCpuSeconds(usage.cpuSeconds, { state });
  },
  'loop.failed': ({ code }, { loopFailures }) => loopFailures(1, { code }),
  'request.rejected': ({ reason }, { requestsRejected }) => requestsRejected(1, { reason }),
  'request.failed': ({ code }, { requestFailures }) => requestFailures(1, { code }),
  'reveals.unusual': ({ refused }, { revealsUnusual }) =>
    revealsUnusual(1, { verdict: refused ? 'refused' : 'allowed' }),
  'request.abandoned': (_, { requestsAbandoned }) => requestsAbandoned(1, {}),
  'dispatch.claimed': ({ pages, robots, leased, window }, { dispatched, leasedPages, leaseWindow }) => {
    dispatched(pages, { kind: 'page' });
    dispatched(robots, { kind: 'robots' });
    leasedPages(leased, {});
    leaseWindow(window, {});
  },
  'dispatch.excluded': ({ pages, code }, { excluded }) => excluded(pages, { code }),
  'lease.expired': ({ count, verdict }, { leasesExpired }) => leasesExpired(count, { verdict }),
  'filter.changed': ({ state, generation }, { filterChanges, filterGeneration }) => {
    filterChanges(1, { filter: state });
    filterGeneration(generation, {});
  },
  'filter.judged': ({ rate, usual, answers, wrong }, metrics) => {
    metrics.filterWrongRatio(rate, {});
    metrics.filterUsualRatio(usual, {});
    metrics.filterAnswers(answers - wrong, { result: 'ok' });
    metrics.filterAnswers(wrong, { result: 'failed' });
  },
  'filter.alarmed': ({ rule }, { filterAlarmsRaised }) => filterAlarmsRaised(1, { rule }),
  'breaker.changed': ({ to, reason }, { breakerChanges }) =>
    breakerChanges(1, { breaker: to, reason: reason ?? 'other' }),
  'host.refused': ({ reason }, { refusals }) => refusals(1, { reason }),
  'host.asked-while-open': ({ requests }, { requestsWhileOpen }) => requestsWhileOpen(requests, {}),
  'host.stalled': ({ pages }, { pagesStalled }) => pagesStalled(pages, {}),
  'clock.stepped': (_, { clockSteps }) => clockSteps(1, {}),
  'dispatch.held': ({ queue, seconds }, { backpressureSeconds }) => backpressureSeconds(seconds, { queue }),
  'counts.audited': ({ difference }, { countAudits, countDifference }) => {
    countAudits(1, { result: difference === 0 ? 'ok' : 'failed' });
    if (difference > 0) countDifference(difference, {});
  },
  'pages.due-again': ({ pages }, { pagesDueAgain }) => pagesDueAgain(pages, {}),
  'campaign.finished': (_, { campaignsFinished }) => campaignsFinished(1, {}),
  'commit.batch': ({ results, seconds }, { commitBatch, commitSeconds }) => {
    commitBatch(results, {});
    commitSeconds(seconds, {});
  },
  'commit.result': ({ verdict, ...event }, { commits, numbers, sightings, suppressed, links, linksCalledKnown }) => {
    commits(1, { verdict });
    numbers(event.numbers, {});
    sightings(event.sightings, {});
    suppressed(event.suppressed, {});
    links(event.links, {});
    linksCalledKnown(event.unseen, {});
  },
  'findings.expired': ({ sightings }, { sightingsExpired }) => sightingsExpired(sightings, {}),
  'audit.sealed': ({ events, lagSeconds }, { auditSealed, auditSealLag }) => {
    auditSealed(events, {});
    auditSealLag(lagSeconds, {});
  },
  'audit.anchored': ({ seq }, { auditAnchored }) => auditAnchored(seq, {}),
  'audit.broken': (_, { auditBroken }) => auditBroken(1, {}),
  'process.spawned': ({ process }, { processesSpawned }) => processesSpawned(1, { process: kindOf(process) }),
  'process.exited': ({ process, asked }, { processesExited }) => {
    processesExited(1, { process: kindOf(process), asked: String(asked) });
  },
  'process.restarting': ({ process, reason }, { processRestarts }) => {
    processRestarts(1, { process: kindOf(process), reason });
  },
  'spans.dropped': ({ reason, count }, { spansDropped }) => spansDropped(count, { reason }),
  redaction: ({ sink, count }, { redactions }) => redactions(count, { sink }),
};

function nothing(): void {}

/** Each stage that waits for something outside of this process has a code of its own for the deadline. */
function stageOfTimeout(code: PageCode | null): CrawlStage | null {
  if (code === 'fetch-timeout') return 'fetch';
  if (code === 'render-timeout') return 'render';
  return code === 'extract-timeout' ? 'extract' : null;
}

const mebibyte = 2 ** 20;

function sizeClassOf(bytes: number): string {
  if (bytes <= mebibyte / 64) return '16KiB';
  if (bytes <= mebibyte / 8) return '128KiB';
  return bytes <= mebibyte ? '1MiB' : 'more';
}

/** `crawler-2` is a crawler. */
function kindOf(process: string): string {
  return process.replace(/-\d+$/, '');
}
