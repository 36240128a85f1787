import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';

/** An audit event as it is sealed: every field that is stored of it. */
export interface ChainedEvent {
  id: string;
  /** Seconds since 1970 to the microsecond, as Postgres prints them: a Date would hide what was changed below a ms. */
  at: string;
  actor: string;
  action: string;
  campaignId: string | null;
  details: unknown;
}

interface Link {
  /** The place in the chain, from 1. */
  seq: number;
  /** The seal before it; null at the first place. */
  previous: Uint8Array | null;
  /** Null where the event was gone before it was sealed. */
  event: ChainedEvent | null;
}

export interface AuditChain {
  /** 32 bytes, which depend on all that came before. */
  sealOf(link: Link): Buffer;
}

/** A key that sealed all places before this one, from where the key retired before it ended. */
export interface RetiredAuditKey {
  until: number;
  key: Uint8Array;
}

/**
 * The audit as a chain: HMAC-SHA-256 over the canonical JSON (RFC 8785) of a place, the seal before it and the event. Keyed,
 * because whoever can rewrite the table could also compute the hashes of a chain without a key anew.
 *
 * A key that was retired is no secret any more: what it sealed is held by the seal under its successor that follows, over the last
 * of its seals. Another history that ends in that same seal would be a second preimage of SHA-256.
 */
export function createAuditChain({
  key: current,
  retired = [],
}: {
  key: Uint8Array;
  /** In the order in which they were. */
  retired?: readonly RetiredAuditKey[];
}): AuditChain {
  const keyAt = (seq: number) => retired.find(({ until }) => seq < until)?.key ?? current;
  return {
    sealOf({ seq, previous, event }) {
      const before = previous === null ? null : Buffer.from(previous).toString('hex');
      const text = canonicalize({ v: 1, seq, previous: before, event });
      return createHmac('sha256', keyAt(seq))
        .update(text ?? '')
        .digest();
    },
  };
}
