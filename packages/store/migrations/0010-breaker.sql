-- A host that asks for fewer requests, shuts us out or fails is left alone until `not_before`, and then asked one thing at
-- a time until it answers (G15). Kept here, so that the whole fleet knows, and a restart forgets nothing.
alter table hosts
  add column breaker text not null default 'closed' check (breaker in ('closed', 'open', 'half-open')),
  add column breaker_reason text check (breaker_reason in ('throttled', 'spent', 'blocked', 'failing')),
  -- Since when it has given nothing but refusals and failures.
  add column troubled_since timestamptz,
  -- Leases that were under way when it opened and could not be called back; with a delay there are none.
  add column under_way int not null default 0,
  -- How long the host takes to answer, smoothed.
  add column latency_ms int check (latency_ms >= 0),
  add check ((breaker = 'closed') = (breaker_reason is null));

create index hosts_breaker on hosts (breaker, breaker_reason) where breaker <> 'closed';

-- The delay that a host is crawled under: what the campaign says, what its robots.txt says, or, where that is longer, twice
-- as long as it takes to answer (a minute at most), so that it rests for as long as it works. One who owns the host and
-- says delay 0 has said so.
create function polite_delay_ms(configured int, crawl_delay int, latency int) returns int
language sql immutable parallel safe as $$
  select case
    when configured = 0 and coalesce(crawl_delay, 0) = 0 then 0
    else greatest(configured, coalesce(crawl_delay, 0), least(2 * coalesce(latency, 0), 60000))
  end
$$;
