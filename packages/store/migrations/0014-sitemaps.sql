-- A sitemap is a document like a page: it has a row in the frontier, and with it leases, clocks, retries and an end (I2, I7, I9).
alter table pages
  add column kind text not null default 'page' check (kind in ('page', 'sitemap')),
  -- The host whose robots.txt speaks for a sitemap, which may list pages of it as well as of its own host.
  add column sitemap_for text check ((sitemap_for is not null) = (kind = 'sitemap')),
  -- Results of the present lease that were committed: what a sitemap lists comes in several (I8).
  add column parts smallint not null default 0,
  drop constraint pages_via_check,
  add constraint pages_via_check check (via in ('seed', 'link', 'redirect', 'robots', 'sitemap'));

create index pages_sitemaps on pages (campaign_id, host_id) where kind = 'sitemap';

-- The `Sitemap:` lines of its robots.txt, contracts' wireUrl each.
alter table origins add column robots_sitemaps jsonb not null default '[]';

-- Origins of which a campaign that reads sitemaps has admitted a page: their sitemaps are looked for once.
create table campaign_origins (
  campaign_id bigint not null,
  origin_id bigint not null,
  primary key (origin_id, campaign_id)
);
