import type { ErasureCertificate } from '@numfleet/contracts';
import type { Certifier } from '@numfleet/privacy/inside';
import type { Erased } from '@numfleet/store';

export interface Erasure {
  at: Date;
  actor: string;
  reason: string;
  suppressionIndexes: readonly Buffer[];
  erased: Erased;
  queueDropped: number;
}

/** What was done, sealed; and, because nothing is gone from a disk by being deleted, what remains where and until when. */
export function certifyErasure(erasure: Erasure, certifier: Certifier): ErasureCertificate {
  const { at, actor, reason, suppressionIndexes, erased, queueDropped } = erasure;
  const { subjects, numbers, sightings, campaigns } = erased;
  return certifier.certify({
    v: 1 as const,
    kind: 'erasure' as const,
    at: at.toISOString(),
    actor,
    reason,
    subjects: suppressionIndexes.map((index) => index.toString('hex')),
    erased: { subjects, numbers, sightings, campaigns },
    queueDropped,
    remains: whatRemains(at, erased.walPosition),
  });
}

function whatRemains(at: Date, walPosition: string): ErasureCertificate['remains'] {
  return [
    { what: 'a keyed hash of each number, which keeps it from being stored again', until: 'it is withdrawn' },
    { what: 'audit events, which name a number by that hash', until: 'the audit itself is given up' },
    {
      what: "the deleted rows, encrypted, in Postgres' data files",
      until: 'they are vacuumed: by `VACUUM numbers, sightings`, or by autovacuum in its time',
    },
    {
      what: `copies of these rows, encrypted, in Postgres' log up to ${walPosition}`,
      until: 'it is recycled after the next checkpoints; in an archive of the log, as long as that is kept',
    },
    {
      what: `backups and replicas of before ${at.toISOString()}`,
      until: 'they are rotated, or restored and erased again',
    },
    {
      what: 'sealed results under way in the queue',
      until: 'the sink opens them, within minutes, and drops the number',
    },
    {
      what: 'addresses of pages in which the number itself stands, encrypted',
      until: 'their campaigns are given up',
    },
    { what: 'exports and reveals that left before', until: 'whoever holds them deletes them; the audit tells who' },
  ];
}
