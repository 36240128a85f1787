-- Whether a host's pages need a browser, as they have shown it: by kind (the form of the address), pages that were read both
-- ways, and those of them that had numbers only in the browser. After 20 in a row that had none, it is not needed any more.
create table render_evidence (
  host_id bigint not null,
  kind smallint not null check (kind >= 0),
  compared int not null,
  gained int not null,
  -- Compared since the last one that gained; null: none has.
  since_gain int,
  needs_browser boolean not null generated always as (coalesce(since_gain < 20, false)) stored,
  primary key (host_id, kind)
) with (fillfactor = 70);

alter table pages
  add column render_kind smallint,
  -- contracts' renderDecisions.
  add column render_decision text,
  add column render_gained boolean,
  -- How often it was queued again, because others like it turned out to need a browser.
  add column rereads smallint not null default 0;

-- Pages that looked whole, to be looked at again when those like them turn out not to be.
create index pages_looking_whole on pages (host_id, render_kind, campaign_id)
  where state = 'done' and render_decision = 'looks-whole';
