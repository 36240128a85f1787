import { registrableDomain } from '@numfleet/egress/rules';
import type { Db, Transaction } from './store.ts';

/** Hosts that share a registrable domain or an address. */
interface SlotGroup {
  /** Those with leases, by id. */
  busy: Set<string>;
  /** How many may have some: as few as any campaign says that has a lease or a turn there. */
  slots: number;
  /** Others wait for a slot. */
  isAwaited: boolean;
}

/** By `domain:…` or `address:…`. */
export type SlotGroups = Map<string, SlotGroup>;

/** What tells a host's groups, and how many slots a campaign leaves each; null: as many as anybody wants. */
export interface GroupedHost {
  id: string;
  /** URL.host. */
  host: string;
  /** Null until somebody has been there. */
  address: string | null;
}

export interface GroupLimits {
  domainConcurrency: number | null;
  addressConcurrency: number | null;
}

type BusyRow = GroupedHost & GroupLimits;

/** In SQL, whether any campaign in progress bounds groups, or any host waits for one: else they need not be read. */
export const anyoneSharesSlots = `(
  exists (
    select from campaigns where (domain_concurrency is not null or address_concurrency is not null)
      and state in ('active', 'paused')
  ) or exists (select from hosts where waits_for is not null)
)`;

/**
 * The groups of hosts with leases, and those that hosts wait for. Its work is bounded by the window: a group is waited for
 * because it was full, and those with room are drained by each claim. Counted under the lock that each claim holds, these
 * need no counter that every lease and every commit would have to write. With 10,000 hosts at work it takes 40 ms.
 */
export async function readSlotGroups(db: Db): Promise<SlotGroups> {
  const groups: SlotGroups = new Map();
  const { rows: busy } = await db.query<BusyRow>(
    `select h.id, h.host, host(h.address) as address, min(limits.domain) as "domainConcurrency",
       min(limits.address) as "addressConcurrency"
     from (
       select p.host_id, c.domain_concurrency as domain, c.address_concurrency as address
       from pages p join campaigns c on c.id = p.campaign_id where p.state = 'leased'
       union all
       select o.robots_host_id, waiting.domain, waiting.address
       from origins o cross join lateral (
         select min(c.domain_concurrency) as domain, min(c.address_concurrency) as address
         from frontiers f join campaigns c on c.id = f.campaign_id where f.origin_id = o.id
       ) waiting
       where o.robots_state = 'leased'
     ) limits join hosts h on h.id = limits.host_id
     group by h.id`,
  );
  for (const host of busy) {
    boundGroups(groups, host, [host]);
    takeSlots(groups, host);
  }
  const { rows: awaited } = await db.query<{ key: string; slots: number | null }>(awaitedGroups);
  for (const { key, slots } of awaited) {
    const group = groupOf(groups, key);
    group.slots = Math.min(group.slots, slots ?? Number.POSITIVE_INFINITY);
    group.isAwaited = true;
  }
  return groups;
}

/** From one group to the next in the index, instead of over all who wait; of each, what its first asks for. */
const awaitedGroups = `
with recursive awaited (key) as (
  (select waits_for from hosts where waits_for is not null order by waits_for limit 1)
  union all
  select (select h.waits_for from hosts h where h.waits_for > awaited.key order by h.waits_for limit 1)
  from awaited where awaited.key is not null
)
select awaited.key, asked.slots from awaited
  cross join lateral (select id from hosts where waits_for = awaited.key order by due_at, id limit 1) longest
  cross join lateral (
    select min(case when awaited.key like 'domain:%' then c.domain_concurrency else c.address_concurrency end) as slots
    from frontiers f join campaigns c on c.id = f.campaign_id
    where f.host_id = longest.id and c.state = 'active'
  ) asked`;

/** Lets those who have waited longest have their turn where there is room: at most `most`. Waits for no lock. */
export async function wakeWaiting(tx: Transaction, groups: SlotGroups, most: number): Promise<void> {
  let left = most;
  const room = [...groups].flatMap(([key, { busy, slots, isAwaited }]) => {
    const free = isAwaited ? Math.min(left, Math.max(0, slots - busy.size)) : 0;
    left -= free;
    return free > 0 ? [{ key, free }] : [];
  });
  if (room.length === 0) return;
  const { rows } = await tx.query<{ key: string }>(
    `with woken as (
       select longest.id, room.key from unnest($1::text[], $2::int[]) as room (key, free) cross join lateral (
         select id from hosts where waits_for = room.key order by due_at, id limit room.free
         for no key update skip locked
       ) longest
     )
     update hosts h set waits_for = null from woken where h.id = woken.id returning woken.key`,
    [room.map(({ key }) => key), room.map(({ free }) => free)],
  );
  const woken = Map.groupBy(rows, (row) => row.key);
  for (const { key, free } of room) if ((woken.get(key)?.length ?? 0) < free) groupOf(groups, key).isAwaited = false;
}

/** Has the groups of a host have no more slots than those who crawl it allow. */
export function boundGroups(groups: SlotGroups, host: GroupedHost, limits: readonly GroupLimits[]): void {
  for (const { key, limit } of groupsOf(host)) {
    const slots = limits.map((one) => one[limit] ?? Number.POSITIVE_INFINITY);
    const group = groupOf(groups, key);
    group.slots = Math.min(group.slots, ...slots);
  }
}

/** The first of a host's groups that has no slot for it; null: it may have one of each. */
export function fullGroup(groups: SlotGroups, host: GroupedHost): string | null {
  const full = groupsOf(host).find(({ key }) => {
    const { busy, slots, isAwaited } = groupOf(groups, key);
    // One that has a slot already may go on, unless it would keep it for ever from those who wait.
    return busy.has(host.id) ? isAwaited || busy.size > slots : busy.size >= slots;
  });
  return full?.key ?? null;
}

export function takeSlots(groups: SlotGroups, host: GroupedHost): void {
  for (const { key } of groupsOf(host)) groupOf(groups, key).busy.add(host.id);
}

function groupsOf({ host, address }: GroupedHost): { key: string; limit: keyof GroupLimits }[] {
  const domain = { key: `domain:${registrableDomain(host)}`, limit: 'domainConcurrency' } as const;
  return address === null ? [domain] : [domain, { key: `address:${address}`, limit: 'addressConcurrency' }];
}

function groupOf(groups: SlotGroups, key: string): SlotGroup {
  const group = groups.get(key) ?? { busy: new Set(), slots: Number.POSITIVE_INFINITY, isAwaited: false };
  groups.set(key, group);
  return group;
}
