-- The hosts that a campaign's scope is measured by: those of its seeds, and of what its seeds redirect to within their
-- registrable domain (http://example.com → https://www.example.com).
create table campaign_hosts (
  campaign_id bigint not null,
  host text not null,
  primary key (campaign_id, host)
);
