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
  /** The campaign's key, wrapped; null where it has none, or none any more. */
  wrappedKey: Buffer | null;
  shredded: boolean;
}

/** Contexts of pages, by page id; pages that are not there are left out. */
export async function readPageContexts(db: Db, pageIds: readonly string[]): Promise<Map<string, PageContext>> {
  const { rows } = await db.query<PageContext>(
    `select p.id as "pageId", p.campaign_id as "campaignId", p.lease_token as "leaseToken", p.url, p.depth,
       p.sitemap_for as "sitemapFor", h.host, c.settings, k.wrapped as "wrappedKey", k.shredded_at is not null as shredded
     from pages p join campaigns c on c.id = p.campaign_id join hosts h on h.id = p.host_id
       left join campaign_keys k on k.campaign_id = p.campaign_id
     where p.id = any($1::bigint[])`,
    [pageIds],
  );
  return new Map(rows.map((row) => [row.pageId, row]));
}
