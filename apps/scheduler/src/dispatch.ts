import {
  type CrawlJob,
  type Emit,
  type FleetEvent,
  maxCarriedRobotsRules,
  type PageJob,
  type queueNames,
  type RobotsJob,
  type SitemapJob,
  type Tracer,
} from '@numfleet/contracts';
import { isAllowed } from '@numfleet/egress/rules';
import type { UrlCodec } from '@numfleet/privacy';
import type { JobQueue } from '@numfleet/queue';
import {
  type Claim,
  type ClaimedPage,
  type ClaimedRobots,
  claimPages,
  excludePages,
  type Store,
} from '@numfleet/store';
import { addTraced } from './add-traced.ts';
import { createAdviseRender } from './advise-render.ts';
import type { RoundEnd } from './every.ts';
import type { ChooseFilter } from './seen-filter/choose-filter.ts';

export interface DispatchDeps {
  store: Store;
  crawl: JobQueue<typeof queueNames.crawl>;
  urls: UrlCodec;
  emit: Emit;
  tracer: Tracer;
  /** Told after each claim whether the window is full. */
  backpressure: (full: boolean) => Promise<void>;
  window: number;
  jobDeadlineMs: number;
  leaseMs: number;
  /** Which filter a page's links are looked up in (G42); none without it. */
  filters?: Pick<ChooseFilter, 'of'>;
}

/** Jobs that are leased, and not known to be queued yet. */
interface Owed {
  jobs: CrawlJob[];
  claimed: Extract<FleetEvent, { type: 'dispatch.claimed' }>;
  /** When they are given up to `settle-leases`, long before it looks at them, so that no lease is queued after its end. */
  until: number;
}

/**
 * One round of stage 2: leases what is due and polite to ask for (I7), at most W at a time (I8), and queues it. While the
 * queue is away nothing more is leased: what is owed to it goes first. A page leased but not queued, because this process
 * died between the two, is found again when its lease runs out. Resolves with when to come again.
 */
export function createDispatch(deps: DispatchDeps) {
  let owed: Owed | null = null;
  const adviseRender = createAdviseRender(deps);

  async function pay(debt: Owed): Promise<void> {
    owed = debt;
    await addTraced(debt.jobs, deps);
    owed = null;
    deps.emit(debt.claimed);
  }

  return async function dispatch(now: Date): Promise<RoundEnd> {
    if (owed !== null && now.getTime() < owed.until) await pay(owed);
    owed = null;
    const claim = await claimPages(deps.store, { now, window: deps.window, leaseMs: deps.leaseMs });
    const { allowed, disallowed } = obeyRobots(claim, deps.urls);
    if (disallowed.length > 0) {
      const excluded = await excludePages(deps.store, disallowed, { code: 'robots-disallowed', now });
      deps.emit({ type: 'dispatch.excluded', code: 'robots-disallowed', pages: excluded });
    }
    const advice = await adviseRender(allowed);
    const jobs: CrawlJob[] = [
      ...claim.robots.map((robots) => robotsJobOf(robots, deps)),
      ...allowed.map((page) =>
        page.kind === 'sitemap' ? sitemapJobOf(page, claim, deps) : pageJobOf(page, claim, advice.get(page.id), deps),
      ),
    ];
    if (jobs.length > 0) {
      const counts = { pages: allowed.length, robots: claim.robots.length, leased: claim.leased };
      const until = now.getTime() + deps.leaseMs / 2;
      await pay({ jobs, claimed: { type: 'dispatch.claimed', ...counts, window: deps.window }, until });
    }
    await deps.backpressure(claim.leased >= deps.window);
    if (claim.more || disallowed.length > 0) return true;
    return claim.leased > deps.window / 2 && { againInMs: whileBusyMs };
  };
}

/**
 * Half the window is seconds of work, and a round takes as long whether it finds one page or twenty. Four times as many rounds
 * took 1 ms of processor time more a page.
 */
const whileBusyMs = 200;

function obeyRobots(claim: Claim, urls: UrlCodec) {
  const isPermitted = (page: ClaimedPage) => isAllowed(claim.rules.get(page.originId) ?? [], urls.fromWire(page.url));
  const { allowed = [], disallowed = [] } = Object.groupBy(claim.pages, (page) =>
    isPermitted(page) ? 'allowed' : 'disallowed',
  );
  return { allowed, disallowed };
}

function pageJobOf(
  page: ClaimedPage,
  claim: Claim,
  render: PageJob['hostContext']['render'],
  { jobDeadlineMs, filters }: DispatchDeps,
): PageJob {
  const seen = filters?.of(page);
  return {
    v: 1,
    kind: 'page',
    leaseToken: page.leaseToken,
    url: page.url,
    deadlineMs: jobDeadlineMs,
    delayMs: page.delayMs,
    pageId: page.id,
    campaignId: page.campaignId,
    depth: page.depth,
    render: page.render,
    region: page.region,
    hostContext: {
      robots: carriedRules(page, claim),
      ...(render && { render }),
      ...(seen && { seen }),
      ...(page.revisit && { revisit: page.revisit }),
    },
  };
}

function sitemapJobOf(page: ClaimedPage, claim: Claim, { jobDeadlineMs }: DispatchDeps): SitemapJob {
  return {
    v: 1,
    kind: 'sitemap',
    leaseToken: page.leaseToken,
    url: page.url,
    deadlineMs: jobDeadlineMs,
    delayMs: page.delayMs,
    pageId: page.id,
    campaignId: page.campaignId,
    hostContext: { robots: carriedRules(page, claim) },
  };
}

function carriedRules(page: ClaimedPage, claim: Claim): PageJob['hostContext']['robots'] {
  const rules = claim.rules.get(page.originId) ?? [];
  return rules.length <= maxCarriedRobotsRules ? rules : null;
}

function robotsJobOf(robots: ClaimedRobots, { urls, jobDeadlineMs }: DispatchDeps): RobotsJob {
  return {
    v: 1,
    kind: 'robots',
    leaseToken: robots.leaseToken,
    url: robots.url ?? urls.toWire(`${robots.origin}/robots.txt`),
    deadlineMs: jobDeadlineMs,
    delayMs: robots.delayMs,
    originId: robots.originId,
  };
}
