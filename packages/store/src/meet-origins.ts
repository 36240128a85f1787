import type { WireUrl } from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';
import type { LockedCampaign } from './lock-campaign.ts';
import type { SitemapsOf } from './offer-sitemap.ts';
import type { Db, Transaction } from './store.ts';

interface MetOrigin {
  host: string;
  origin: string;
  named: WireUrl[];
}

/**
 * The sitemaps of the origins of which the campaign has now admitted its first page; none unless it reads sitemaps.
 *
 * A robots.txt may be entered at the same time. Its transaction offers what it names to the campaigns that have met the
 * origin (`commitRobotsResult`); that this one locks the origin before it reads what is named there makes one of the two see
 * the other. It waits for nobody who holds an origin and wants a campaign: that one locks campaigns first.
 */
export async function sitemapsOfNewOrigins(
  tx: Transaction,
  campaign: LockedCampaign,
  admitted: readonly OfferedPage[],
  sitemapsOf: SitemapsOf | undefined,
): Promise<OfferedPage[]> {
  if (!sitemapsOf || !wantsSitemaps(campaign)) return [];
  const origins = new Set(admitted.filter((page) => !page.sitemapFor).map((page) => page.origin));
  if (origins.size === 0) return [];
  const met = await tx.query<{ id: string }>(
    `insert into campaign_origins (campaign_id, origin_id)
     select $1, id from origins where origin = any($2::text[]) on conflict do nothing returning origin_id as id`,
    [campaign.id, [...origins]],
  );
  if (met.count === 0) return [];
  const { rows } = await tx.query<MetOrigin>(
    `select h.host, o.origin, o.robots_sitemaps as named from origins o join hosts h on h.id = o.host_id
     where o.id = any($1::bigint[]) order by o.id for key share of o`,
    [met.rows.map((row) => row.id)],
  );
  return rows.flatMap(({ named, ...place }) => sitemapsOf(place, named));
}

/** Campaigns in progress that read sitemaps and have met an origin. */
export async function campaignsThatMet(db: Db, originId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from campaign_origins met join campaigns c on c.id = met.campaign_id
     where met.origin_id = $1 and c.state in ('active', 'paused')`,
    [originId],
  );
  return rows.map((row) => row.id);
}

/** What a sitemap lists is one link away from it: nothing of that is within depth 0. */
function wantsSitemaps({ settings, state }: LockedCampaign): boolean {
  return settings.sitemaps && settings.depth > 0 && state !== 'cancelled';
}
