import type { CampaignSettings, WireUrl } from '@numfleet/contracts';
import type { Db } from './store.ts';

/** What the sink needs to know of a page to judge the links found on it. */
export interface PageContext {
  pageId: string;
  campaignId: string;
  leaseToken: string | null;
  url: WireUrl;
  depth: number;
  /** Of a sitemap, the host whose robots.txt speaks for it; null for a page. */
  sitemapFor: string | null;
  /** URL.host. */
  host: string;
  settings: CampaignSettings;
}

/** Contexts of pages, by page id; pages that are not there are left out. */
export async function readPageContexts(db: Db, pageIds: readonly string[]): Promise<Map<string, PageContext>> {
  const { rows } = await db.query<PageContext>(
    `select p.id as "pageId", p.campaign_id as "campaignId", p.lease_token as "leaseToken", p.url, p.depth,
       p.sitemap_for as "sitemapFor", h.host, c.settings
     from pages p join campaigns c on c.id = p.campaign_id join hosts h on h.id = p.host_id
     where p.id = any($1::bigint[])`,
    [pageIds],
  );
  return new Map(rows.map((row) => [row.pageId, row]));
}
