import type { NumberView } from '@numfleet/contracts';
import { reveal } from '@numfleet/privacy/reveal';
import { readCampaignStatus, recordAudit, type Store } from '@numfleet/store';
import type { ViewNumbers } from './api/view-numbers.ts';

export interface RevealDeps {
  store: Store;
  viewNumbers: ViewNumbers;
  now: () => Date;
}

/**
 * A campaign's numbers in plain: the one place in the console where they are (I3). That it begins is audited before the
 * first one is given, and how many were given when it ends, however it ends. Throws `campaign-unknown`.
 */
export async function* revealNumbers(
  { store, viewNumbers, now }: RevealDeps,
  asked: { campaignId: string; purpose: string; actor: string },
): AsyncGenerator<NumberView> {
  const { campaignId, purpose, actor } = asked;
  await readCampaignStatus(store, campaignId, now());
  const audit = (action: string, details: Record<string, string | number | boolean>) =>
    recordAudit(store, [{ at: now(), actor, action, campaignId, details }]);

  await audit('numbers.revealed', { purpose });
  let numbers = 0;
  let complete = false;
  try {
    for await (const view of viewNumbers(campaignId, reveal)) {
      numbers += 1;
      yield view;
    }
    complete = true;
  } finally {
    await audit('numbers.revealed.ended', { purpose, numbers, complete });
  }
}
