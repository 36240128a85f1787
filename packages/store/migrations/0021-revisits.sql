-- Campaigns whose pages are visited again and again. `every_seconds` is the usual time between two visits; null: each once.
alter table campaigns
  add column every_seconds int generated always as ((settings ->> 'everySeconds')::int) stored,
  -- When its present or last round began, where that is not the first; its time limit and its seconds count from then.
  add column reopened_at timestamptz;

create index campaigns_revisiting on campaigns (id) where every_seconds is not null;

alter table pages
  -- When a page that was visited is due again; null: not by itself. Without meaning while it is queued or leased.
  add column revisit_at timestamptz,
  -- It is visited after `every_seconds` × 2^pace: sooner where its last visits found it changed, later where not.
  add column pace smallint not null default 0 check (pace between -1 and 2),
  -- Whether the last visit found other text than the one before; null where that cannot be told.
  add column changed boolean,
  -- contracts' pageValidators of the last visit, kept where a 304 would say that all we have of the page still holds. An entity
  -- tag rests as URLs do (I3).
  add column validators jsonb check (
    validators is null or not validators ? 'etag' or validators -> 'etag' ? 'c' or validators -> 'etag' ->> 'p' !~ '[0-9]{7}'
  );

create index pages_to_revisit on pages (campaign_id, revisit_at)
  where revisit_at is not null and state in ('done', 'failed', 'excluded');

-- Seen on its page at that page's last visit, of a campaign that visits again: what a 304 renews. The index holds no others, so
-- that campaigns of one visit pay nothing for it.
alter table sightings add column on_page boolean not null default false;
create index sightings_on_page on sightings (page_id) where on_page;

-- When a page that is visited now is due again; null where its campaign visits each page once. Rounds are a quarter of
-- `every_seconds` apart, counted from the campaign's beginning, so that what is due at about the same time is fetched in one go and
-- the day's hour stays: a page is due with its round and not to the second, up to a quarter sooner. What keeps still is visited at
-- most 4 times as seldom, and before half of its retention is over where `every_seconds` is not longer than that, so that what
-- still stands there does not expire between two visits.
create function next_visit(now timestamptz, created_at timestamptz, every_seconds int, retention_days int, pace int)
returns timestamptz language sql stable parallel safe strict as $$
  select date_bin(make_interval(secs => every_seconds / 4.0), now, created_at) + make_interval(secs =>
    least(every_seconds * 2.0 ^ pace, greatest(every_seconds, retention_days * 43200.0)))
$$;
