import { type DueHost, type HostPlan, planHost } from './plan-host.ts';
import { boundGroups, fullGroup, type SlotGroups, takeSlots } from './slot-groups.ts';

export interface PlannedHost {
  hostId: string;
  plan: HostPlan & {
    /** The group that has no slot for it (`slot-groups.ts`): it waits for one, and keeps its place by its `dueAt`. */
    waitsFor: string | null;
  };
}

/**
 * Decides what to fetch from each of the hosts that are due, in their order, at most `free` jobs in all. `groups` are those
 * that hosts share slots by, and are entered into; null where no campaign bounds them.
 */
export function planHosts(
  hosts: readonly DueHost[],
  groups: SlotGroups | null,
  now: Date,
  free: number,
): PlannedHost[] {
  if (groups) for (const host of hosts) boundGroups(groups, host, [...host.robots, ...host.frontiers]);
  let left = free;
  return hosts.map((host) => {
    const plan = planHost(host, now, left);
    const jobs = plan.pages.length + plan.robots.length;
    const waitsFor = groups && jobs > 0 ? fullGroup(groups, host) : null;
    if (waitsFor !== null) {
      const { id, dueAt, leaseDelayMs } = host;
      return { hostId: id, plan: { robots: [], pages: [], leaseDelayMs, dueAt, waitsFor } };
    }
    left -= jobs;
    if (groups && jobs > 0) takeSlots(groups, host);
    return { hostId: host.id, plan: { ...plan, waitsFor } };
  });
}
