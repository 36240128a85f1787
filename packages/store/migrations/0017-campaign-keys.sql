-- The keys that numbers are encrypted under, one a campaign, each itself encrypted under a master key that no database has. Null
-- where it was shredded: what copies of that campaign's numbers there may be then open for nobody. A campaign gets its key with
-- its first finding; what was stored before there were keys is under the master key itself until `keys rotate`.
create table campaign_keys (
  campaign_id bigint primary key references campaigns (id),
  -- 60 bytes under a key of a file; a KMS may take more.
  wrapped bytea check (octet_length(wrapped) between 48 and 8192),
  master_id text not null,
  made_at timestamptz not null,
  shredded_at timestamptz,
  check ((wrapped is null) = (shredded_at is not null))
);
