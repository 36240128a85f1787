import { type Emit, mostNamedSitemaps, type RobotsJob, type RobotsResult } from '@numfleet/contracts';
import { type Door, fetchRobots, withholdDigits } from '@numfleet/egress';
import { normaliseUrl, type UrlCodec } from '@numfleet/privacy';
import { abandonOnAbort, createDeadline } from '@numfleet/service';
import type { Holdings } from './holdings.ts';
import type { Stages } from './stages.ts';

/** Fetches one origin's robots.txt (RFC 9309). It always gives a result; what cannot be had is `unreachable`. */
export function createCrawlRobots(deps: {
  door: Door;
  urls: UrlCodec;
  stages: Stages;
  worker: string;
  emit: Emit;
  holdings: Holdings;
}) {
  return async function crawlRobots(job: RobotsJob, signal: AbortSignal): Promise<RobotsResult> {
    using deadline = createDeadline(job.deadlineMs, { signal, code: 'fetch-timeout' });
    const identity = { v: 1, kind: 'robots', leaseToken: job.leaseToken, originId: job.originId } as const;
    const startedAt = Date.now();
    try {
      const fetching = () =>
        fetchRobots({
          door: deps.door,
          url: deps.urls.fromWire(job.url),
          delayMs: job.delayMs,
          deadlineAt: startedAt + job.deadlineMs,
          signal: deadline.signal,
        });
      const robots = await deps.stages.run('fetch', null, () =>
        abandonOnAbort(deps.holdings.hold('request', fetching()), deadline.signal),
      );
      deps.emit({ type: 'robots.read', originId: job.originId, outcome: robots.outcome });
      const target = robots.redirect === null ? null : normaliseUrl(robots.redirect);
      const { requestedAt, retryAfterMs, latencyMs, address, outcome, status, code, rules, crawlDelayMs } = robots;
      return {
        ...identity,
        worker: deps.worker,
        requestedAt,
        finishedAt: Date.now(),
        retryAfterMs,
        ...(latencyMs !== undefined && { latencyMs }),
        address,
        outcome,
        status,
        code,
        rules: withholdDigits(rules, deps.urls.isSensitive),
        crawlDelayMs,
        redirect: target === null ? null : deps.urls.toWire(target),
        sitemaps: namedSitemaps(robots.sitemaps, deps.urls),
      };
    } catch {
      deps.emit({ type: 'robots.read', originId: job.originId, outcome: 'unreachable' });
      return {
        ...identity,
        worker: deps.worker,
        requestedAt: startedAt,
        finishedAt: Date.now(),
        retryAfterMs: null,
        outcome: 'unreachable',
        status: null,
        code: 'fetch-timeout',
        rules: [],
        crawlDelayMs: null,
        redirect: null,
        sitemaps: [],
      };
    }
  };
}

function namedSitemaps(named: readonly string[], urls: UrlCodec): RobotsResult['sitemaps'] {
  const normal = named.map((url) => normaliseUrl(url)).filter((url) => url !== null);
  return [...new Set(normal)].slice(0, mostNamedSitemaps).map(urls.toWire);
}
