-- Campaigns, and the frontier: what is to be fetched, from which host, and when (I1, I7, I9).

create table campaigns (
  id bigint generated always as identity primary key,
  name text not null,
  purpose text not null check (purpose <> ''),
  state text not null default 'active' check (state in ('active', 'paused', 'cancelled', 'finished')),
  -- contracts' campaignSettings as accepted; what hot SQL reads is generated from it, so that there is one truth.
  settings jsonb not null,
  delay_ms int not null generated always as ((settings ->> 'delayMs')::int) stored,
  host_concurrency int not null generated always as ((settings ->> 'hostConcurrency')::int) stored,
  max_pages bigint not null generated always as ((settings ->> 'maxPages')::bigint) stored,
  retention_days int not null generated always as ((settings ->> 'retentionDays')::int) stored,
  -- Excluded URLs offered beyond the rows that are kept of them. Nothing tells two offers of one URL apart here.
  excluded_overflow bigint not null default 0,
  created_at timestamptz not null,
  finished_at timestamptz,
  check ((finished_at is not null) = (state in ('cancelled', 'finished')))
);

-- A host is URL.host: name and port, where that is not the default one. Its clock is fleet-wide (I7).
create table hosts (
  id bigint generated always as identity primary key,
  host text not null unique check (octet_length(host) between 1 and 300),
  -- Start of the newest document request, as results reported it.
  last_requested_at timestamptz,
  -- The host asked to be left alone until then, or is backed off from.
  not_before timestamptz,
  failures int not null default 0,
  -- The delay under which the newest lease was given: above 0, that lease holds the host's one slot.
  lease_delay_ms int not null default 0,
  -- When the scheduler looks at this host next; null: not before it is woken. Keeps a claim's work to the due hosts.
  due_at timestamptz
) with (fillfactor = 70);

create index hosts_due on hosts (due_at, id) where due_at is not null;

create table origins (
  id bigint generated always as identity primary key,
  host_id bigint not null references hosts,
  origin text not null unique check (octet_length(origin) <= 310),
  robots_state text not null default 'due' check (robots_state in ('due', 'leased', 'known')),
  -- Pages wait for this robots.txt. An origin known only from excluded links never asks for its own.
  robots_wanted boolean not null default false,
  -- Where to fetch it, contracts' wireUrl; null is /robots.txt of the origin itself.
  robots_url jsonb,
  -- Whose clock and slot the fetch takes: another host's after a redirect to it.
  robots_host_id bigint not null references hosts,
  robots_hops smallint not null default 0,
  robots_attempts smallint not null default 0,
  robots_throttled smallint not null default 0,
  robots_worker_losses smallint not null default 0,
  robots_not_before timestamptz,
  robots_lease_token uuid,
  robots_lease_until timestamptz,
  robots_fetched_at timestamptz,
  robots_expires_at timestamptz,
  robots_outcome text check (robots_outcome in ('fetched', 'unavailable', 'unreachable')),
  robots_status int,
  -- json and not jsonb: a hostile file's NUL or lone surrogate is legal in the one and refused by the other.
  robots_rules json,
  crawl_delay_ms int check (crawl_delay_ms >= 0),
  check ((robots_state = 'leased') = (robots_lease_token is not null)),
  check ((robots_state = 'leased') = (robots_lease_until is not null)),
  check (robots_state <> 'known' or (robots_expires_at is not null and robots_outcome is not null))
);

create index origins_wanted on origins (robots_host_id) where robots_wanted;
create index origins_leased on origins (robots_host_id, robots_lease_until) where robots_state = 'leased';
create index origins_unreachable on origins (id) where robots_outcome = 'unreachable';

-- No foreign keys from here on down: every insert would share-lock one campaign row and one host row, which the whole
-- fleet inserts under. The store's verbs are the only writers, and campaigns, hosts and origins are never deleted.
--
-- A URL determines its host, so unique (host_id, page_key, campaign_id) is unique (campaign_id, page_key), and can be
-- kept in a table partitioned by host. Jobs carry the page id alone: it leads the primary key, and a look-up by id is
-- one probe in each of the 8 partitions. It also orders the frontier, since it grows with insertion.
create table pages (
  id bigint generated always as identity,
  host_id bigint not null,
  origin_id bigint not null,
  campaign_id bigint not null,
  -- HMAC of the normalised URL (I3).
  page_key bytea not null check (octet_length(page_key) = 32),
  -- contracts' wireUrl. Seven digits in a row may be a phone number and rest encrypted (I3).
  url jsonb not null check (url ? 'c' or url ->> 'p' !~ '[0-9]{7}'),
  state text not null check (state in ('queued', 'leased', 'done', 'failed', 'excluded')),
  code text,
  depth int not null check (depth >= 0),
  via text not null check (via in ('seed', 'link', 'redirect')),
  found_on bigint,
  attempts smallint not null default 0,
  throttled smallint not null default 0,
  worker_losses smallint not null default 0,
  lease_token uuid,
  lease_until timestamptz,
  not_before timestamptz,
  http_status int,
  bytes bigint,
  rendered boolean,
  cuts text[] not null default '{}',
  findings int,
  rejected jsonb,
  last_fetched_at timestamptz,
  created_at timestamptz not null,
  primary key (id, host_id),
  unique (host_id, page_key, campaign_id),
  check ((state = 'leased') = (lease_token is not null)),
  check ((state = 'leased') = (lease_until is not null)),
  check (state not in ('failed', 'excluded') or code is not null)
) partition by hash (host_id);

create table pages_0 partition of pages for values with (modulus 8, remainder 0);
create table pages_1 partition of pages for values with (modulus 8, remainder 1);
create table pages_2 partition of pages for values with (modulus 8, remainder 2);
create table pages_3 partition of pages for values with (modulus 8, remainder 3);
create table pages_4 partition of pages for values with (modulus 8, remainder 4);
create table pages_5 partition of pages for values with (modulus 8, remainder 5);
create table pages_6 partition of pages for values with (modulus 8, remainder 6);
create table pages_7 partition of pages for values with (modulus 8, remainder 7);

-- The head of a frontier's queue, breadth first, is one descent; a campaign's queue is a prefix of it.
create index pages_queued on pages (campaign_id, host_id, origin_id, depth, id) where state = 'queued';
create index pages_backed_off on pages (campaign_id, host_id, origin_id, not_before)
  where state = 'queued' and not_before is not null;
-- Leased pages are few (I8), so this one serves the window, a host's slots, and leases that ran out.
create index pages_leased on pages (host_id, lease_until) where state = 'leased';

-- One row for each campaign and origin that may have queued pages; deleted when it turns out to have none.
create table frontiers (
  host_id bigint not null,
  origin_id bigint not null,
  campaign_id bigint not null,
  -- Whoever was served longest ago is next, so that campaigns share a host fairly.
  served_at timestamptz,
  primary key (host_id, origin_id, campaign_id)
);

create index frontiers_of_campaign on frontiers (campaign_id);
create index frontiers_of_origin on frontiers (origin_id);

-- "Look at this host again", insert-only. A claim that sees nothing to do on a host while a commit adds a page to it
-- would put the host to sleep for good; the wake-up becomes visible with the page and is taken by the next claim.
-- Writing hosts.due_at from every commit instead would make each popular host a hot row.
create table frontier_wakeups (
  host_id bigint not null,
  -- Null: no new work, but a slot of the host came free.
  origin_id bigint,
  campaign_id bigint
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- How many excluded rows a campaign keeps of a host; the rest go to campaigns.excluded_overflow.
create table excluded_rows (
  campaign_id bigint not null,
  host_id bigint not null,
  rows int not null,
  primary key (campaign_id, host_id)
);
