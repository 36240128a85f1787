import type { PageCode } from '@numfleet/contracts';
import { restartHostClocks } from './host-clocks.ts';
import { type Lease, pageLeases, robotsLeases } from './leases.ts';
import { lockCampaigns } from './lock-campaign.ts';
import { decideLostPage, type RetryPolicy } from './retry-policy.ts';
import { decideLostRobots } from './robots-policy.ts';
import type { Transaction } from './store.ts';
import { type LockedOrigin, lockLeasedOrigins, updateOrigins } from './update-origins.ts';

export interface EndOptions {
  now: Date;
  policy?: RetryPolicy;
}

/** Pages and robots files, by what became of them; `stale` ones had ended before, so nothing was done. */
export interface EndedLeases {
  requeued: number;
  poisoned: number;
  stale: number;
}

/**
 * Gives back leases whose job never reached the queue. The page is queued again as if it had never been claimed.
 */
export async function releaseLeases(
  tx: Transaction,
  leases: readonly Lease[],
  options: EndOptions,
): Promise<EndedLeases> {
  return await endLeases(tx, leases, options, 'released');
}

/**
 * Gives back leases whose job is gone from the queue: no attempt is counted. A worker may have requested something
 * before it went, until now at the latest, so the host's clock starts anew (I7).
 */
export async function redispatchLeases(
  tx: Transaction,
  leases: readonly Lease[],
  options: EndOptions,
): Promise<EndedLeases> {
  return await endLeases(tx, leases, options, 'redispatched');
}

/**
 * Ends leases whose worker ended or hung: one attempt each. A page that lost three workers fails as `poison`; others
 * are queued again after a back-off. The worker may have requested something until now, so the host's clock starts anew.
 */
export async function recordLostLeases(
  tx: Transaction,
  leases: readonly Lease[],
  options: EndOptions,
): Promise<EndedLeases> {
  return await endLeases(tx, leases, options, 'lost');
}

type Ending = 'released' | 'redispatched' | 'lost';

async function endLeases(
  tx: Transaction,
  leases: readonly Lease[],
  options: EndOptions,
  ending: Ending,
): Promise<EndedLeases> {
  const pages = await endPageLeases(tx, pageLeases(leases), options, ending);
  const origins = await endRobotsLeases(tx, robotsLeases(leases), options, ending);
  const hostIds = [...pages.map((page) => page.hostId), ...origins.map((origin) => origin.robotsHostId)];
  if (ending !== 'released') await restartHostClocks(tx, hostIds, options.now);
  const poisoned = pages.filter((page) => page.state === 'failed').length;
  const ended = pages.length + origins.length;
  return { requeued: ended - poisoned, poisoned, stale: leases.length - ended };
}

interface LeasedPage {
  id: string;
  hostId: string;
  campaignId: string;
  workerLosses: number;
}

async function endPageLeases(
  tx: Transaction,
  leases: readonly Lease[],
  options: EndOptions,
  ending: Ending,
): Promise<{ hostId: string; state: string }[]> {
  if (leases.length === 0) return [];
  const { rows } = await tx.query<LeasedPage>(
    `select p.id, p.host_id as "hostId", p.campaign_id as "campaignId", p.worker_losses as "workerLosses"
     from unnest($1::bigint[], $2::uuid[]) as lease (id, token)
     join pages p on p.id = lease.id and p.lease_token = lease.token and p.state = 'leased'
     order by p.id for update of p`,
    [leases.map((lease) => lease.id), leases.map((lease) => lease.leaseToken)],
  );
  const campaigns = await lockCampaigns(
    tx,
    rows.map((row) => row.campaignId),
  );
  const ended = rows.map((row) => {
    const verdict = ending === 'lost' ? decideLostPage(row.workerLosses, options.now, options.policy) : untried(row);
    const cancelled = verdict.state === 'queued' && campaigns.get(row.campaignId)?.state === 'cancelled';
    return { ...row, ...verdict, ...(cancelled && { state: 'excluded', code: 'campaign-cancelled', notBefore: null }) };
  });
  await tx.query(
    `update pages p set state = ended.state, code = ended.code, worker_losses = ended."workerLosses",
       not_before = ended."notBefore", lease_token = null, lease_until = null
     from jsonb_to_recordset($1::jsonb) as ended (id bigint, "hostId" bigint, state text, code text,
       "workerLosses" smallint, "notBefore" timestamptz)
     where p.id = ended.id and p.host_id = ended."hostId"`,
    [JSON.stringify(ended)],
  );
  return ended;
}

function untried(page: LeasedPage): { state: 'queued'; code: PageCode | null; workerLosses: number; notBefore: null } {
  return { state: 'queued', code: null, workerLosses: page.workerLosses, notBefore: null };
}

const untriedRobots = { state: 'due', notBefore: null } as const;

async function endRobotsLeases(
  tx: Transaction,
  leases: readonly Lease[],
  options: EndOptions,
  ending: Ending,
): Promise<LockedOrigin[]> {
  const origins = await lockLeasedOrigins(tx, leases);
  await updateOrigins(
    tx,
    origins.map((origin) => ({
      ...origin,
      ...(ending === 'lost' ? decideLostRobots(origin, options.now, options.policy) : untriedRobots),
    })),
  );
  return origins;
}
