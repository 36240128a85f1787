import { expect } from 'vitest';
import {
  type ClaimedPage,
  type ClaimedRobots,
  claimPages,
  commitPageResult,
  excludeUnfetchable,
  expiredLeases,
  type Lease,
  recordLostLeases,
  redispatchLeases,
  restartAllClocks,
  type Store,
} from '../index.ts';
import type { GroupLimits } from '../slot-groups.ts';
import { answerRobots, resultOf } from './test-database.ts';

export type Step =
  | { does: 'claim'; window: number }
  | { does: 'request'; which: number }
  /** How a job ends: 0 to 2 in a failure of some kind, and well otherwise. */
  | { does: 'finish'; which: number; how: number }
  | { does: 'wait'; ms: number }
  | { does: 'crash'; which: number }
  /** No job that waits in the queue is there any more; those that a worker has are. */
  | { does: 'empty-queue' }
  | { does: 'set-clock'; ms: number };

interface Job {
  lease: Lease;
  host: string;
  /** The address of the host, where the fleet had been there when it gave the lease. */
  address: string | null;
  delayMs: number;
  requested: boolean;
  /** By its worker's clock. */
  requestedAt: number | null;
  aheadMs: number;
  page: ClaimedPage | null;
  robots: ClaimedRobots | null;
  leaseUntil: Date;
}

/** What a host was asked, in real time, and until when it must not be asked again. */
interface HostLog {
  lastAt: number;
  restUntil: number;
}

const hostsInAll = 3;

/** The `n`th host of a world; after three they begin anew. The first two are of one domain, the last two at one address. */
export const hostOf = (world: string, n: number): string =>
  [`a.${world}.test`, `b.${world}.test`, `${world}-c.test`][n % hostsInAll] ?? '';

const domainOf = (host: string) => host.replace(/^[ab]\./, '');

const restMs = 400;
const leaseMs = 90_000;
/** Each world begins after whatever another did to its clock. */
let real = Date.parse('2026-11-23T10:00:00Z');
/** Each has addresses of its own. */
let worlds = 0;

/**
 * Workers, a queue and hosts that do what steps say, on one real Postgres, and that check what the fleet must hold each time
 * they ask a host. There is a real time, in which the hosts keep their log; what the fleet takes for now differs from it
 * since its clock is set, and what workers take for now differs from that.
 */
export function createWorld(options: {
  schedulers: readonly Store[];
  sink: Store;
  /** Part of the names of its hosts, see `hostOf`. */
  hosts: string;
  /** How many hosts of a domain, and at an address, a campaign says that may be asked at a time; by its id. */
  limits?: Pick<ReadonlyMap<string, GroupLimits>, 'get'>;
  /** By how much the clocks of the workers are ahead, ms; jobs go to them in turn. */
  workersAhead: readonly number[];
  /** By how much the schedulers' clock is ahead of the sink's, ms: what nothing here guards against. */
  schedulersAhead?: number;
}) {
  const { schedulers, sink } = options;
  const [scheduler] = schedulers as [Store];
  let jobs: Job[] = [];
  const logs = new Map<string, HostLog>();
  const done = new Map<string, number>();
  const beenTo = new Set<string>();
  let offset = 0;
  let taken = 0;
  real += 48 * 3_600_000;
  worlds += 1;
  const network = `2001:db8:${worlds.toString(16)}:`;
  const addressOf = (host: string) => `${network}:${host.startsWith('a.') ? 1 : 2}`;
  const now = () => new Date(real + offset);
  const some = (which: number) => jobs[which % Math.max(1, jobs.length)];

  const claimAll = async (window: number): Promise<void> => {
    const at = new Date(now().getTime() + (options.schedulersAhead ?? 0));
    const claims = await Promise.all(schedulers.map((by) => claimPages(by, { now: at, window, leaseMs })));
    for (const { pages, robots } of claims) {
      for (const page of pages)
        add({ kind: 'page', id: page.id, leaseToken: page.leaseToken }, page.origin, page, null);
      for (const one of robots) {
        const at = one.url && 'p' in one.url ? new URL(one.url.p).origin : one.origin;
        add({ kind: 'robots', id: one.originId, leaseToken: one.leaseToken }, at, null, one);
      }
    }
    if (claims.some((made) => made.pages.length + made.robots.length > 0)) {
      expect(jobs.length, 'I8: the window').toBeLessThanOrEqual(window);
    }
    for (const sharing of Map.groupBy(jobs, (job) => job.host).values()) {
      if (sharing.some((job) => job.delayMs > 0)) expect(sharing.length, 'I7: one slot').toBe(1);
    }
    expectWithin('I7: the domain', 'domainConcurrency', (job) => domainOf(job.host));
    expectWithin('I7: the address', 'addressConcurrency', (job) => job.address);
  };

  /** What any campaign with a page under way there says, holds for all. */
  const expectWithin = (what: string, limit: keyof GroupLimits, groupOf: (job: Job) => string | null): void => {
    for (const [group, sharing] of Map.groupBy(jobs, groupOf)) {
      if (group === null) continue;
      const slots = sharing.map(({ page }) => (page && options.limits?.get(page.campaignId)?.[limit]) ?? hostsInAll);
      expect(new Set(sharing.map((job) => job.host)).size, what).toBeLessThanOrEqual(Math.min(...slots));
    }
  };

  const add = (lease: Lease, origin: string, page: ClaimedPage | null, robots: ClaimedRobots | null): void => {
    const { delayMs = 0, leaseUntil = now() } = page ?? robots ?? {};
    const aheadMs = options.workersAhead[taken % options.workersAhead.length] ?? 0;
    taken += 1;
    const asked = { requested: false, requestedAt: null, aheadMs };
    const { host } = new URL(origin);
    const address = beenTo.has(host) ? addressOf(host) : null;
    jobs.push({ lease, host, address, delayMs, ...asked, page, robots, leaseUntil });
  };

  const request = (job: Job | undefined): void => {
    if (!job || job.requested) return;
    const log = logs.get(job.host) ?? { lastAt: Number.NEGATIVE_INFINITY, restUntil: 0 };
    expect(real - log.lastAt, 'I7: the delay').toBeGreaterThanOrEqual(job.delayMs);
    // One that was under way when the host asked for patience could not be called back.
    if (job.delayMs > 0) expect(real, 'G15: its time').toBeGreaterThanOrEqual(log.restUntil);
    logs.set(job.host, { ...log, lastAt: real });
    job.requested = true;
    job.requestedAt = now().getTime() + job.aheadMs;
  };

  const finish = async (job: Job | undefined, how: number): Promise<void> => {
    if (!job) return;
    const { requestedAt } = job;
    jobs = jobs.filter((one) => one !== job);
    if (job.robots) await finishRobots(job, job.robots, how);
    if (!job.page) return;
    const failed = { outcome: 'failed', code: 'connection-lost' } as const;
    const throttled = { outcome: 'throttled', code: 'throttled', retryAfterMs: restMs } as const;
    const spent = { retryAfterMs: restMs };
    const changes = requestedAt === null ? {} : ([failed, throttled, spent][how] ?? {});
    const log = logs.get(job.host);
    if ('retryAfterMs' in changes && log) logs.set(job.host, { ...log, restUntil: real + restMs });
    const result = resultOf(job.page, now(), { ...evidenceOf(job), ...changes });
    const report = await sink.transaction((tx) =>
      commitPageResult(tx, { result, numbers: [], links: [] }, { now: now() }),
    );
    expect(report.verdict).toBe('committed');
    if (result.outcome === 'done') done.set(job.page.id, (done.get(job.page.id) ?? 0) + 1);
  };

  /** By the worker's clock; and where it has been. */
  const evidenceOf = ({ host, requestedAt, aheadMs }: Job) => {
    const times = { requestedAt, finishedAt: now().getTime() + aheadMs };
    if (requestedAt === null) return times;
    beenTo.add(host);
    return { ...times, address: addressOf(host) };
  };

  const finishRobots = async (job: Job, robots: ClaimedRobots, how: number): Promise<void> => {
    const elsewhere = hostOf(options.hosts, how);
    const redirect = { p: `http://${elsewhere}/r` };
    const answers = [
      { outcome: 'redirected', redirectHost: elsewhere, redirect },
      { outcome: 'unreachable', code: 'connect-failed' },
      { outcome: 'fetched', crawlDelayMs: 300 },
    ] as const;
    const said = { ...evidenceOf(job), ...(answers[how] ?? { crawlDelayMs: null }) };
    expect(await answerRobots(sink, robots, now(), said)).toBe('committed');
  };

  /** Until it was given up the worker may have asked for something at any time. */
  const lose = async (lost: readonly Job[], verb: typeof recordLostLeases): Promise<void> => {
    const until = Math.max(...lost.map((job) => job.leaseUntil.getTime())) + 1;
    real = Math.max(real, until - offset);
    const expired = await expiredLeases(scheduler, { now: now(), limit: 1_000 });
    for (const job of lost) expect(expired).toContainEqual(job.lease);
    const leases = lost.map((job) => job.lease);
    await scheduler.transaction((tx) => verb(tx, leases, { now: now() }));
    for (const { host } of lost) logs.set(host, { lastAt: real, restUntil: logs.get(host)?.restUntil ?? 0 });
    jobs = jobs.filter((job) => !lost.includes(job));
  };

  const setClock = async (ms: number): Promise<void> => {
    const before = now();
    offset += ms;
    // What is shorter than a second nobody can tell from a loop that was late: then it is the delay that is shorter.
    if (Math.abs(ms) < 1_000) real += Math.max(0, -ms);
    else await restartAllClocks(scheduler, { before, now: now() });
  };

  const take = async (step: Step): Promise<void> => {
    if (step.does === 'wait') real += step.ms;
    if (step.does === 'claim') await claimAll(step.window);
    if (step.does === 'request') request(some(step.which));
    if (step.does === 'finish') await finish(some(step.which), step.how);
    if (step.does === 'set-clock') await setClock(step.ms);
    const crashed = step.does === 'crash' ? some(step.which) : undefined;
    if (crashed) await lose([crashed], recordLostLeases);
    const waiting = step.does === 'empty-queue' ? jobs.filter((job) => !job.requested) : [];
    if (waiting.length > 0) await lose(waiting, redispatchLeases);
  };

  const finishAll = async (): Promise<void> => {
    for (let idle = 0; idle < 30; ) {
      await claimAll(100);
      idle = jobs.length > 0 ? 0 : idle + 1;
      // A host whose robots.txt was lost with its workers three times is asked for nothing more.
      if (idle === 1) await excludeUnfetchable(scheduler, { now: now() });
      for (const job of jobs) {
        request(job);
        await finish(job, 5);
      }
      // The clock may have been set back by an hour several times, and leases run out by it.
      real += idle > 10 ? 3_600_000 : 250;
    }
  };

  return {
    take,
    finishAll,
    now,
    /** How often each page that was done was done. */ pagesDone: () => [...done.values()],
  };
}
