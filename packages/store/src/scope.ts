import { type CampaignSettings, campaignSettings } from '@numfleet/contracts';
import { unknownCampaign } from './lock-campaign.ts';
import type { Scope } from './offer-page.ts';
import type { Db } from './store.ts';

/** What a campaign takes. Throws `campaign-unknown`. */
export async function readScope(db: Db, campaignId: string): Promise<Scope> {
  const { rows } = await db.query<{ settings: CampaignSettings; hosts: string[] }>(
    `select settings, array(select host from campaign_hosts where campaign_id = $1) as hosts
     from campaigns where id = $1`,
    [campaignId],
  );
  const [row] = rows;
  if (!row) throw unknownCampaign();
  return { settings: campaignSettings.parse(row.settings), hosts: new Set(row.hosts) };
}

/** Adds hosts to those that a campaign's scope is measured by. */
export async function widenScope(db: Db, campaignId: string, hosts: Iterable<string>): Promise<void> {
  await db.query(
    'insert into campaign_hosts (campaign_id, host) select $1, host from unnest($2::text[]) host on conflict do nothing',
    [campaignId, [...new Set(hosts)].sort()],
  );
}
