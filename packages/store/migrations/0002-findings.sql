-- What was found, sealed (I3), and who was told about it.

-- Insert-only: a number in a site's footer would otherwise be the hottest row of the database. When it was last seen
-- is read from its sightings.
create table numbers (
  campaign_id bigint not null,
  -- HMAC-SHA-256 under one key for all campaigns, so that trace and erasure cross them.
  blind_index bytea not null check (octet_length(blind_index) = 32),
  -- AES-256-GCM, 68 bytes whatever the number's length. No number in plain is as long as 48, so none can get in (G25).
  ciphertext bytea not null check (octet_length(ciphertext) between 48 and 160),
  region text check (region ~ '^[A-Z]{2}$'),
  type text not null,
  first_seen_at timestamptz not null,
  primary key (campaign_id, blind_index)
);

-- A number on a page on a day. Partitioned by expiry, so that retention drops partitions instead of deleting rows;
-- expires_at falls on a midnight, so that a page committed again on the same day is the same sighting.
create table sightings (
  campaign_id bigint not null,
  blind_index bytea not null check (octet_length(blind_index) = 32),
  host_id bigint not null,
  page_id bigint not null,
  source text not null,
  label text,
  confidence real not null check (confidence between 0 and 1),
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (campaign_id, blind_index, page_id, source, expires_at)
) partition by range (expires_at);

-- Catches what no monthly partition was made for: a sighting is never refused for the date.
create table sightings_default partition of sightings default;

-- Makes the monthly partitions from one time to another. SECURITY DEFINER, so that a service can have partitions made
-- without the right to make tables. A month of which the default partition already holds rows stays there.
create function ensure_sightings_partitions(from_time timestamptz, to_time timestamptz) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  month timestamp := date_trunc('month', from_time at time zone 'UTC');
  name text;
  made int := 0;
begin
  -- Two callers at once would both try to make the same table.
  perform pg_advisory_xact_lock(hashtext('numfleet.sightings-partitions'));
  while month <= to_time at time zone 'UTC' and made < 150 loop
    name := 'sightings_' || to_char(month, 'YYYY_MM');
    if to_regclass('public.' || name) is null and not exists (
      select from public.sightings_default
      where expires_at >= month at time zone 'UTC' and expires_at < (month + interval '1 month') at time zone 'UTC'
    ) then
      execute format(
        'create table public.%I partition of public.sightings for values from (%L) to (%L)',
        name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC'
      );
      made := made + 1;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end $$;

revoke all on function ensure_sightings_partitions from public;

-- Who did what, for the regulator. Details hold ids and counts, never a number. The hash chain is a later step's.
create table audit_events (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null check (actor <> ''),
  action text not null check (action <> ''),
  campaign_id bigint,
  details jsonb not null default '{}'
);

create index audit_events_of_campaign on audit_events (campaign_id, id);

-- Nobody has the right to change an audit event; this also stops the owner's slip of the hand.
create function refuse_audit_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'audit_events is append-only' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_events_append_only before update or delete or truncate on audit_events
  for each statement execute function refuse_audit_change();

-- Messages that were set aside instead of being processed. What they held is not kept.
create table dead_letters (
  id bigint generated always as identity primary key,
  queue text not null,
  job_id text not null,
  code text not null,
  at timestamptz not null,
  details jsonb not null default '{}'
);
