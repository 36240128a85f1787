-- What the dashboard shows last: one descent a partition. Sightings come in the order of time, so that index grows at its
-- right edge; failed pages are few.
create index sightings_newest on sightings (seen_at);
create index pages_failed on pages (coalesce(last_fetched_at, created_at)) where state = 'failed';
