-- What a page says, as its crawler's keyed digest: a site that answers alike at any address is known by it.
alter table pages add column content bytea check (octet_length(content) = 8);
create index pages_content on pages (host_id, campaign_id, content) where content is not null;
