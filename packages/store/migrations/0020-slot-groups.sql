-- Slots by registrable domain and by address: how many hosts that share one may have leases at a time (I7).
alter table campaigns
  add column domain_concurrency int generated always as ((settings ->> 'domainConcurrency')::int) stored,
  add column address_concurrency int generated always as ((settings ->> 'addressConcurrency')::int) stored;

create index campaigns_grouped on campaigns (id)
  where domain_concurrency is not null or address_concurrency is not null;

alter table hosts
  -- Where the newest connection to it went, as its worker told.
  add column address inet,
  -- The group that had no slot for it when its turn came: `domain:…` or `address:…`. Until it is woken, no claim looks at it,
  -- however many wait; since when it waits says due_at.
  add column waits_for text;

create index hosts_waiting on hosts (waits_for, due_at, id) where waits_for is not null;
drop index hosts_due;
create index hosts_due on hosts (due_at, id) where due_at is not null and waits_for is null;
