-- What each process of the fleet said of itself last. Unlogged: should Postgres crash it is empty, and full again 5 s later.
create unlogged table workers (
  name text primary key,
  app text not null,
  at timestamptz not null,
  report jsonb not null
);
