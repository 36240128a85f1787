import type { FleetView } from '@numfleet/contracts';

/** What is kept of an answer of the console, for what is drawn over time. */
export interface Moment {
  /** Epoch ms by the console's clock. */
  at: number;
  queues: FleetView['queues'];
  /** Pages ended so far and sightings, by campaign. */
  campaigns: ReadonlyMap<string, Totals>;
}

export interface Totals {
  done: number;
  failed: number;
  sightings: number;
}

const historyMs = 10 * 60_000;

/** The history with one more answer and without what is older than ten minutes. */
export function remember(history: readonly Moment[], view: FleetView): readonly Moment[] {
  const at = Date.parse(view.at);
  const campaigns = new Map(
    view.campaigns.map(({ campaign, pages, sightings }) => [
      campaign,
      { done: pages.done, failed: pages.failed, sightings },
    ]),
  );
  // A clock that was set back starts anew; no chart can draw time running backwards.
  const kept = history.filter((moment) => moment.at < at && moment.at >= at - historyMs);
  return [...kept, { at, queues: view.queues, campaigns }];
}
