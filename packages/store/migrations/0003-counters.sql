-- Exact counts (I9) without a hot row a campaign: statements write deltas, the scheduler folds them. What a reader
-- adds up (folded and unfolded, in one snapshot) is what pages held at that instant. Triggers and not verbs write the
-- deltas, so that no verb can forget, and SECURITY DEFINER, so that no role needs the right to write a count.

-- counter: a page state, 'discovered' (rows of pages, counted by themselves so that the identity can be checked and
-- does not hold by definition), 'numbers' or 'sightings'.
create table campaign_counts (
  campaign_id bigint not null,
  counter text not null,
  value bigint not null,
  primary key (campaign_id, counter)
) with (fillfactor = 50);

create table campaign_count_deltas (
  campaign_id bigint not null,
  counter text not null,
  delta bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create index campaign_count_deltas_of_campaign on campaign_count_deltas (campaign_id);

create function pages_inserted() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into campaign_count_deltas
    select campaign_id, state, count(*) from new_rows group by campaign_id, state
    union all
    select campaign_id, 'discovered', count(*) from new_rows group by campaign_id;
  insert into frontier_wakeups
    select distinct host_id, origin_id, campaign_id from new_rows where state = 'queued';
  return null;
end $$;

-- A page that becomes queued is work for its frontier, and one that stops being leased leaves a slot.
create function pages_updated() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into campaign_count_deltas
    select campaign_id, state, sum(delta) from (
      select campaign_id, state, -1 as delta from old_rows
      union all
      select campaign_id, state, 1 from new_rows
    ) changes group by campaign_id, state having sum(delta) <> 0;
  insert into frontier_wakeups
    select distinct host_id, origin_id, campaign_id from new_rows where state = 'queued'
    union
    select host_id, null, null from old_rows where state = 'leased';
  return null;
end $$;

create function pages_deleted() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into campaign_count_deltas
    select campaign_id, state, -count(*) from old_rows group by campaign_id, state
    union all
    select campaign_id, 'discovered', -count(*) from old_rows group by campaign_id;
  return null;
end $$;

create trigger pages_inserted after insert on pages
  referencing new table as new_rows for each statement execute function pages_inserted();
create trigger pages_updated after update on pages
  referencing old table as old_rows new table as new_rows for each statement execute function pages_updated();
create trigger pages_deleted after delete on pages
  referencing old table as old_rows for each statement execute function pages_deleted();

-- numbers and sightings: the trigger's argument is the counter. Dropping an expired partition fires nothing; whoever
-- drops one writes its deltas.
create function findings_inserted() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into campaign_count_deltas
    select campaign_id, tg_argv[0], count(*) from new_rows group by campaign_id;
  return null;
end $$;

create function findings_deleted() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into campaign_count_deltas
    select campaign_id, tg_argv[0], -count(*) from old_rows group by campaign_id;
  return null;
end $$;

create trigger numbers_inserted after insert on numbers
  referencing new table as new_rows for each statement execute function findings_inserted('numbers');
create trigger numbers_deleted after delete on numbers
  referencing old table as old_rows for each statement execute function findings_deleted('numbers');
create trigger sightings_inserted after insert on sightings
  referencing new table as new_rows for each statement execute function findings_inserted('sightings');
create trigger sightings_deleted after delete on sightings
  referencing old table as old_rows for each statement execute function findings_deleted('sightings');

-- Folded and unfolded together; a statement that reads it reads one snapshot.
create view campaign_totals with (security_invoker = true) as
  select campaign_id, counter, sum(value)::bigint as value from (
    select campaign_id, counter, value from campaign_counts
    union all
    select campaign_id, counter, delta from campaign_count_deltas
  ) parts group by campaign_id, counter;
