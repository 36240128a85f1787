import type { Emit } from '@numfleet/contracts';
import type { AuditChain } from '@numfleet/privacy/inside';
import { type Store, sealAuditEvents } from '@numfleet/store';

const batch = 500;

/**
 * A round of the sealer: what was written to the audit since the last one is sealed, so that nobody can change it unseen from
 * then on. True where there is more. One sealer works at a time, whichever process it is in.
 */
export function createSealAudit(deps: { store: Store; chain: AuditChain; emit: Emit }) {
  let wasBehind = false;
  return async (now: Date): Promise<boolean> => {
    const report = await deps.store.transaction((tx) =>
      sealAuditEvents(tx, { sealOf: deps.chain.sealOf, limit: batch }),
    );
    if (report === null) return false;
    // Once more with nothing sealed, so that the lag is seen to have gone.
    if (report.sealed > 0 || wasBehind) {
      const lagMs = report.oldestAt === null ? 0 : Math.max(0, now.getTime() - report.oldestAt.getTime());
      deps.emit({ type: 'audit.sealed', events: report.sealed, lagSeconds: lagMs / 1_000 });
    }
    wasBehind = report.sealed > 0;
    return report.sealed === batch;
  };
}
