import { maskNumber, type PhoneNumber, type UrlCodec } from '@numfleet/privacy';
import type { TracedNumber } from '@numfleet/store';
import type { TraceView } from './draw-trace.ts';

/** A trace as it leaves: the number masked, addresses redacted. */
export function viewTrace(number: PhoneNumber, traced: TracedNumber, urls: UrlCodec): TraceView {
  const { suppressed, campaigns, sightings, sightingCount, events, keys } = traced;
  return {
    number: maskNumber(number),
    suppressed: suppressed && { ...suppressed, since: suppressed.since.toISOString() },
    campaigns: campaigns.map(({ campaignId, firstSeen, ...campaign }) => {
      return { campaign: campaignId, ...campaign, firstSeen: firstSeen.toISOString() };
    }),
    sightings: sightings.map(({ campaignId, pageId, url, at, source, worker, expiresAt }) => ({
      campaign: campaignId,
      page: pageId,
      url: urls.redact(urls.fromWire(url)),
      at: at.toISOString(),
      source,
      worker,
      expires: expiresAt.toISOString(),
    })),
    sightingsTotal: sightingCount,
    events: events.map(({ at, campaignId, ...event }) => ({ at: at.toISOString(), campaign: campaignId, ...event })),
    keys,
  };
}
