import type { Db } from './store.ts';

export interface AuditEvent {
  at: Date;
  /** Who: the operator as the console knows them, or the service. */
  actor: string;
  /** What: a dotted verb, such as `campaign.created`. */
  action: string;
  campaignId: string | null;
  /** Ids and counts; never a number, a URL or page text (I3). */
  details: Record<string, string | number | boolean | null>;
}

/** Appends audit events. In a transaction they stand or fall with what they tell of. */
export async function recordAudit(db: Db, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db.query(
    `insert into audit_events (at, actor, action, campaign_id, details)
     select at, actor, action, "campaignId", details
     from jsonb_to_recordset($1::jsonb)
       as event (at timestamptz, actor text, action text, "campaignId" bigint, details jsonb)`,
    [JSON.stringify(events)],
  );
}
