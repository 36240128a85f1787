-- Numbers that must not come back: erased, or opted out. HMAC-SHA-256 of a number without its extension, under a key of its own:
-- whoever has the key of the findings cannot tell who opted out, and a finding is refused whatever extension it was written with.
create table suppressions (
  suppression_index bytea primary key check (octet_length(suppression_index) = 32),
  reason text not null check (reason in ('erased', 'opted-out')),
  since timestamptz not null
);

-- Of a number with an extension the blind index without it, so that erasing a line erases its extensions. Few have one.
alter table numbers add column line_index bytea check (octet_length(line_index) = 32);
create index numbers_of_line on numbers (line_index) where line_index is not null;

-- A number's life is told by the commits of its pages, and by what was done with that number by name.
create index audit_events_of_page on audit_events ((details ->> 'page')) where action = 'page.committed';
create index audit_events_of_subject on audit_events ((details ->> 'subject')) where details ? 'subject';

-- Drops the partitions of sightings that have expired and are empty by now. SECURITY DEFINER, as the one that makes them.
create function drop_expired_sightings_partitions(now timestamptz) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  name text;
  ends timestamptz;
  is_empty boolean;
  dropped int := 0;
begin
  perform pg_advisory_xact_lock(hashtext('numfleet.sightings-partitions'));
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.sightings'::regclass and c.relname ~ '^sightings_\d{4}_\d{2}$' order by 1
  loop
    ends := (to_date(right(name, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC';
    continue when ends > now;
    execute format('select not exists (select from public.%I)', name) into is_empty;
    continue when not is_empty;
    execute format('drop table public.%I', name);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

revoke all on function drop_expired_sightings_partitions from public;
