-- The audit as a chain: each event is sealed, in the order in which the sealer came by them, with a keyed hash over itself and
-- the seal before it. Ids do not tell that order: a transaction that began early may commit late.
create table audit_seals (
  seq bigint primary key check (seq > 0),
  event_id bigint not null unique,
  mac bytea not null check (octet_length(mac) = 32)
);

-- Events that wait for their seal, written by a trigger so that no verb can forget. A look for events without a seal would
-- read the whole audit four times a second.
create table audit_unsealed (
  event_id bigint primary key
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

insert into audit_unsealed select id from audit_events;

create function audit_event_added() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into audit_unsealed select id from new_rows;
  return null;
end $$;

create trigger audit_events_added after insert on audit_events
  referencing new table as new_rows for each statement execute function audit_event_added();

create or replace function refuse_audit_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create trigger audit_seals_append_only before update or delete or truncate on audit_seals
  for each statement execute function refuse_audit_change();
