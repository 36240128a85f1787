import type { Emit } from '@numfleet/contracts';
import { auditCounts, listAuditableCampaigns, type Store } from '@numfleet/store';

/**
 * Compares the counters of every campaign that runs, or ended since the last round, with its rows (I9). That they differ is
 * an incident, since what a campaign's end is told by could be wrong.
 */
export function createAuditCounts(deps: { store: Store; emit: Emit; everyMs: number }) {
  return async function auditAllCounts(now: Date): Promise<void> {
    const since = new Date(now.getTime() - 2 * deps.everyMs);
    for (const campaignId of await listAuditableCampaigns(deps.store, { since })) {
      const startedAt = performance.now();
      const { counters, exact } = await auditCounts(deps.store, campaignId);
      const apart = Object.values(counters).reduce((sum, { counted, held }) => sum + Math.abs(counted - held), 0);
      // Counters may agree with the rows each, and not among themselves.
      const difference = exact ? 0 : Math.max(1, apart);
      const seconds = (performance.now() - startedAt) / 1_000;
      deps.emit({ type: 'counts.audited', campaignId, difference, seconds });
    }
  };
}
