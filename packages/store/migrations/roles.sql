-- What each service may do, and nothing else; applied anew at every migration. The roles are made by whoever sets the
-- database up (packages/embedded, or the operator) and those that are not there are passed over.
-- Nobody may change or delete an audit event or its seal, only the scheduler may seal, and only the sink may write a number.
-- Who erases (console) and who expires (scheduler) may take numbers away, and not change them.
do $$
declare
  role text;
  rights text;
begin
  for role, rights in values
    ('numfleet_scheduler', $rights$
      grant select, update (state, finished_at, reopened_at) on campaigns to %1$I;
      grant select, update on hosts, origins to %1$I;
      grant select, update on pages to %1$I;
      grant select on render_evidence to %1$I;
      grant select, insert, update, delete on frontiers, frontier_wakeups, campaign_counts to %1$I;
      grant select, delete on campaign_count_deltas to %1$I;
      grant select on campaign_totals to %1$I;
      grant insert on dead_letters to %1$I;
      grant select, insert on audit_events, audit_seals to %1$I;
      grant select, delete on audit_unsealed to %1$I;
      grant select, insert, update, delete on workers to %1$I;
      grant select, insert, update, delete on seen_filters, seen_filter_baselines, seen_filter_answers to %1$I;
      -- Retention: it takes findings away without having seen one.
      grant select (campaign_id, blind_index), delete on numbers to %1$I;
      grant select (campaign_id, blind_index, page_id, source, expires_at), delete on sightings to %1$I;
      grant execute on function ensure_sightings_partitions, drop_expired_sightings_partitions to %1$I;
    $rights$),
    -- update (excluded_overflow) is also what lets the sink lock a campaign's row, which the page budget needs.
    ('numfleet_sink', $rights$
      grant select, update (excluded_overflow) on campaigns to %1$I;
      grant select, insert, update on hosts, origins, pages, excluded_rows, url_shapes to %1$I;
      grant insert on frontier_wakeups to %1$I;
      grant select, insert on campaign_hosts, campaign_origins to %1$I;
      grant select on campaign_counts, campaign_count_deltas, campaign_totals to %1$I;
      grant select, insert on numbers, sightings to %1$I;
      -- What stands on its page no more is not renewed.
      grant update (on_page) on sightings to %1$I;
      grant select, insert, update on render_evidence to %1$I;
      grant insert on seen_filter_answers to %1$I;
      grant select on suppressions to %1$I;
      grant select, insert on campaign_keys to %1$I;
      grant insert on audit_events, dead_letters to %1$I;
      grant select, insert, update on workers to %1$I;
    $rights$),
    ('numfleet_console', $rights$
      grant select, insert, update on campaigns, excluded_rows, url_shapes to %1$I;
      grant select, insert on hosts, origins, campaign_hosts, campaign_origins to %1$I;
      -- Only to lock an origin whose sitemaps it looks for.
      grant update (robots_sitemaps) on origins to %1$I;
      grant select, insert on pages to %1$I;
      grant update (state, code, depth, via, found_on, not_before, revisit_at, attempts, throttled, worker_losses) on pages to %1$I;
      grant select on frontiers, campaign_counts, campaign_count_deltas, campaign_totals to %1$I;
      grant insert on frontier_wakeups to %1$I;
      grant select, delete on numbers, sightings to %1$I;
      -- An opt-out: what is held of it is not renewed.
      grant update (on_page) on sightings to %1$I;
      grant select, insert on suppressions to %1$I;
      -- Shredding: the key goes, and its row stays.
      grant select, insert, update (wrapped, master_id, shredded_at) on campaign_keys to %1$I;
      grant select on dead_letters, bound_keys, render_evidence to %1$I;
      grant select, insert, update (revoked_at) on api_tokens to %1$I;
      grant select, insert on audit_events to %1$I;
      grant select on audit_seals, audit_unsealed to %1$I;
      grant select, insert, update on workers to %1$I;
      grant execute on function ensure_sightings_partitions to %1$I;
    $rights$)
  loop
    continue when not exists (select from pg_roles where rolname = role);
    execute format('revoke all on all tables in schema public from %I', role);
    execute format('grant usage on schema public to %I', role);
    execute format(rights, role);
  end loop;
end $$;
