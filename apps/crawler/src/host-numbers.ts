import type { RegionCounts } from '@numfleet/extract';

/**
 * Of which regions the international numbers are that the pages of a host had, for the national ones on its other pages. What
 * this crawler has read is enough: shops and offices write theirs on every page. Kept apart by campaign, since a campaign's
 * pages are nobody else's.
 */
export type HostNumbers = {
  of(campaignId: string, url: string): RegionCounts;
  learn(campaignId: string, url: string, counts: RegionCounts): void;
};

export function createHostNumbers({ mostHosts = 2_000 } = {}): HostNumbers {
  // In the order in which they were last learnt of.
  const known = new Map<string, RegionCounts>();
  return {
    of: (campaignId, url) => known.get(keyOf(campaignId, url)) ?? {},
    learn(campaignId, url, counts) {
      if (Object.keys(counts).length === 0) return;
      const key = keyOf(campaignId, url);
      const sum: Record<string, number> = { ...known.get(key) };
      for (const [region, count] of Object.entries(counts)) sum[region] = (sum[region] ?? 0) + count;
      known.delete(key);
      known.set(key, sum);
      for (const oldest of known.keys()) {
        if (known.size <= mostHosts) break;
        known.delete(oldest);
      }
    },
  };
}

function keyOf(campaignId: string, url: string): string {
  return `${campaignId} ${new URL(url).hostname}`;
}
