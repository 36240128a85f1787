-- The ids of the keys under which this database was written. A key folder that was lost and made anew would otherwise
-- go unnoticed, until nothing that is stored opens any more.
create table bound_keys (
  name text primary key,
  key_id text not null,
  bound_at timestamptz not null
);
