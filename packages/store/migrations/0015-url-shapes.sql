-- How many addresses of one form a campaign follows on a host (calendars, combinations of parameters): traps are known by
-- there being no end of them. At most 2,000 forms a host have a row; the rest share the one of zeros.
create table url_shapes (
  campaign_id bigint not null,
  host_id bigint not null,
  shape bytea not null check (octet_length(shape) = 16),
  urls int not null,
  primary key (campaign_id, host_id, shape)
) with (fillfactor = 70);
