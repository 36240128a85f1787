import type { BuiltFilter } from '@numfleet/store';

export interface ChooseFilter {
  update(filters: readonly BuiltFilter[]): void;
  /** The generation of the filter that this page's links are looked up in; none: they are sent in full. */
  of(page: { id: string; campaignId: string; linksInFull: boolean }): number | undefined;
}

/** A filter is tried on one page in so many. */
const trialShare = 10n;

/** Which filter a page is crawled with, by what is known of them; the sink bears with any choice. */
export function createChooseFilter(): ChooseFilter {
  let byCampaign = new Map<string, BuiltFilter[]>();
  return {
    update(filters) {
      byCampaign = Map.groupBy(filters, (filter) => filter.campaignId);
    },
    of({ id, campaignId, linksInFull }) {
      const filters = byCampaign.get(campaignId);
      if (!filters || linksInFull) return undefined;
      const isTried = BigInt(id) % trialShare === 0n;
      const trial = isTried ? filters.find(({ state }) => state === 'trial') : undefined;
      return (trial ?? filters.find(({ state }) => state === 'live'))?.generation;
    },
  };
}
