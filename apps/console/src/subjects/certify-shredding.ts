import type { ShredCertificate } from '@numfleet/contracts';
import type { Certifier } from '@numfleet/privacy/inside';
import type { Shredded } from '@numfleet/store';

export interface Shredding {
  at: Date;
  actor: string;
  reason: string;
  campaign: string;
  shredded: Shredded;
}

/** What was done, sealed; and what remains until when. */
export function certifyShredding({ shredded, at, ...shredding }: Shredding, certifier: Certifier): ShredCertificate {
  const { numbers, sightings, hadKey, walPosition } = shredded;
  return certifier.certify({
    v: 1 as const,
    kind: 'shredding' as const,
    at: at.toISOString(),
    ...shredding,
    hadKey,
    erased: { numbers, sightings },
    remains: whatRemains(at, walPosition),
  });
}

function whatRemains(at: Date, walPosition: string): ShredCertificate['remains'] {
  return [
    { what: 'the campaign, its pages and its audit events, without a number', until: 'they are given up' },
    {
      what: "the wrapped key and the deleted rows in Postgres' data files, for whoever has the master key",
      until: 'they are vacuumed: by `VACUUM campaign_keys, numbers, sightings`, or by autovacuum in its time',
    },
    {
      what: `copies of them in Postgres' log up to ${walPosition}, and in backups of before ${at.toISOString()}`,
      until:
        'these are rotated; or the master key is exchanged (`numfleet keys rotate`) and its older copies destroyed',
    },
    { what: 'exports and reveals that left before', until: 'whoever holds them deletes them; the audit tells who' },
  ];
}
