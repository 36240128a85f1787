-- Filters over the pages that a campaign knows, as crawlers have them (G42). The bits lie in a queue; this is what becomes of them.
create table seen_filters (
  campaign_id bigint not null,
  generation int not null check (generation > 0),
  -- contracts' filterStates. One in trial is for a share of the pages; one that is bypassed for none.
  state text not null check (state in ('trial', 'live', 'bypassed')),
  keys bigint not null,
  bytes int not null,
  hashes smallint not null,
  built_at timestamptz not null,
  -- Windows of answers in a row that were as usual, and that were not.
  good_windows int not null default 0,
  strikes int not null default 0,
  primary key (campaign_id, generation)
);

-- What outlives a filter: the number of the newest, and how often such are wrong (the scheduler's baseline).
create table seen_filter_baselines (
  campaign_id bigint primary key,
  newest int not null default 0,
  baseline jsonb
);

-- What commits found of the answers of filters, insert-only: links that crawlers asked about, those that were called known, and
-- those of them that were not.
create table seen_filter_answers (
  campaign_id bigint not null,
  generation int not null,
  asked int not null,
  called_known int not null,
  wrong int not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create index seen_filter_answers_of_filter on seen_filter_answers (campaign_id, generation);

-- A filter called a link of this page known that was not: its links are sent in full from now on.
alter table pages add column links_in_full boolean not null default false;
