/** What a seal is made over; as privacy's `Link`. */
export interface AuditLink {
  seq: number;
  previous: Uint8Array | null;
  event: {
    id: string;
    at: string;
    actor: string;
    action: string;
    campaignId: string | null;
    details: unknown;
  } | null;
}

/** A place in the chain. */
export interface SealedPlace {
  seq: number;
  mac: Buffer;
}

/** SQL: an event `e` with every field that is stored of it, null where there is none. */
export const chainedEvent = `case when e.id is not null then jsonb_build_object('id', e.id::text,
  'at', extract(epoch from e.at)::text, 'actor', e.actor, 'action', e.action, 'campaignId', e.campaign_id::text,
  'details', e.details) end`;
