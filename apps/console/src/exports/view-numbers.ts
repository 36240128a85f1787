import type { NumberView } from '@numfleet/contracts';
import type { PhoneNumber, UrlCodec } from '@numfleet/privacy';
import type { NumberVault } from '@numfleet/privacy/inside';
import { listNumbers, readCampaignKey, type Store } from '@numfleet/store';

/** A campaign's numbers, printed by `print`. URLs are redacted either way. Throws `campaign-unknown`. */
export type ViewNumbers = (campaignId: string, print: (number: PhoneNumber) => string) => AsyncGenerator<NumberView>;

export function createViewNumbers(deps: { store: Store; vault: NumberVault; urls: UrlCodec }): ViewNumbers {
  return async function* viewNumbers(campaignId, print) {
    const key = await readCampaignKey(deps.store, campaignId);
    const numbers = await deps.vault.open(campaignId, key?.wrapped ?? null);
    for await (const listed of listNumbers(deps.store, { campaignId })) {
      yield {
        number: print(await numbers.decrypt(listed.ciphertext, listed.blindIndex)),
        region: listed.region,
        type: listed.type,
        firstSeen: listed.firstSeen.toISOString(),
        lastSeen: listed.lastSeen.toISOString(),
        sightingsTotal: listed.sightingCount,
        sightings: listed.sightings.map(({ url, at, ...sighting }) => ({
          ...sighting,
          url: deps.urls.redact(deps.urls.fromWire(url)),
          at: at.toISOString(),
        })),
      };
    }
  };
}
