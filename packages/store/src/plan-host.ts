import type { BreakerState } from '@numfleet/contracts';
import type { GroupedHost, GroupLimits } from './slot-groups.ts';

/** A host that is due, and what could be fetched from it; as read under the lock of its row. */
export interface DueHost extends GroupedHost {
  /** Since when. */
  dueAt: Date;
  lastRequestedAt: Date | null;
  notBefore: Date | null;
  /** Leases, of pages and of robots files, that take a slot of this host. */
  inFlight: number;
  /** The delay under which the newest of them was given. */
  leaseDelayMs: number;
  breaker: BreakerState;
  robots: DueRobots[];
  frontiers: DueFrontier[];
}

export interface DueRobots extends GroupLimits {
  originId: string;
  /** The longest delay of the campaigns that wait for it. */
  delayMs: number;
  hostConcurrency: number;
  notBefore: Date | null;
}

/** A campaign's queue at an origin whose robots.txt is known and fresh. */
export interface DueFrontier extends GroupLimits {
  originId: string;
  campaignId: string;
  /** The longer of the campaign's delay and the origin's crawl-delay. */
  delayMs: number;
  hostConcurrency: number;
  servedAt: Date | null;
  /** The next pages, breadth first, that are not backed off: as many as the host has slots. */
  pageIds: string[];
  /** When the first of the pages that are backed off may be fetched. */
  nextAt: Date | null;
}

export interface HostPlan {
  robots: string[];
  pages: { id: string; originId: string; campaignId: string }[];
  /** The delay under which the host's slots are held now. */
  leaseDelayMs: number;
  /** When to look at the host again; null: when it is woken, by new work or by a slot that comes free. */
  dueAt: Date | null;
}

interface Candidate {
  delayMs: number;
  hostConcurrency: number;
  readyAt: number;
  take: (plan: HostPlan) => void;
}

/**
 * Decides what to fetch from a host now (I7), at most `free` jobs. With a delay a host has one slot, held until its
 * lease ends, and the next document request starts no sooner than the delay after the one that was reported last;
 * with delay 0 it has the campaign's `hostConcurrency`. Robots files go first, then the campaigns in turn, whoever was
 * served longest ago first. Pure.
 */
export function planHost(host: DueHost, now: Date, free: number): HostPlan {
  const plan: HostPlan = { robots: [], pages: [], leaseDelayMs: host.leaseDelayMs, dueAt: null };
  let inFlight = host.inFlight;
  for (const candidate of candidatesOf(host)) {
    const readyAt = Math.max(candidate.readyAt, clockOf(host, candidate.delayMs));
    if (readyAt > now.getTime()) {
      plan.dueAt = earlier(plan.dueAt, new Date(readyAt));
      continue;
    }
    // A lease that ends wakes the host, so what has no slot need not be looked at before.
    if (!hasSlot(host, candidate, inFlight, plan.leaseDelayMs)) continue;
    if (plan.robots.length + plan.pages.length >= free) {
      plan.dueAt = now;
      break;
    }
    candidate.take(plan);
    plan.leaseDelayMs = candidate.delayMs;
    inFlight += 1;
  }
  for (const { nextAt } of host.frontiers) if (nextAt) plan.dueAt = earlier(plan.dueAt, nextAt);
  return plan;
}

function candidatesOf(host: DueHost): Candidate[] {
  const robots = host.robots.map(({ originId, notBefore, ...rest }) => ({
    ...rest,
    readyAt: notBefore?.getTime() ?? 0,
    take: (plan: HostPlan) => plan.robots.push(originId),
  }));
  const inTurn = host.frontiers.toSorted((a, b) => (a.servedAt?.getTime() ?? 0) - (b.servedAt?.getTime() ?? 0));
  const rounds = Math.max(0, ...inTurn.map((frontier) => frontier.pageIds.length));
  const pages = Array.from({ length: rounds }, (_, round) =>
    inTurn.flatMap(({ pageIds, delayMs, hostConcurrency, originId, campaignId }) =>
      pageIds.slice(round, round + 1).map((id) => ({
        delayMs,
        hostConcurrency,
        readyAt: 0,
        take: (plan: HostPlan) => plan.pages.push({ id, originId, campaignId }),
      })),
    ),
  ).flat();
  return [...robots, ...pages];
}

/** When the host's clock lets a document request under this delay start, ms since the epoch. */
function clockOf(host: DueHost, delayMs: number): number {
  const afterLast = host.lastRequestedAt ? host.lastRequestedAt.getTime() + delayMs : 0;
  return Math.max(afterLast, host.notBefore?.getTime() ?? 0);
}

function hasSlot({ breaker }: DueHost, candidate: Candidate, inFlight: number, leaseDelayMs: number): boolean {
  if (inFlight === 0) return true;
  // After a refusal one request goes first, whatever the host is allowed otherwise (G15).
  if (breaker !== 'closed') return false;
  // One who crawls with a delay has the host to itself, and waits for the others to be through.
  return candidate.delayMs === 0 && leaseDelayMs === 0 && inFlight < candidate.hostConcurrency;
}

function earlier(a: Date | null, b: Date): Date {
  return a && a <= b ? a : b;
}
