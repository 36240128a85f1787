-- When a host last failed: failures that do not follow each other as closely as its back-off allows are no streak, and
-- whoever comes back to it later, with another campaign for instance, does not wait for what went before.
alter table hosts add column failed_at timestamptz;
