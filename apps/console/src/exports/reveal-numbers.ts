import type { NumberView } from '@numfleet/contracts';
import { reveal } from '@numfleet/privacy/reveal';
import type { ViewNumbers } from './view-numbers.ts';

/** A campaign's numbers in plain: the one place in the console where they are (I3). For `auditExport` alone to read from. */
export function revealNumbers(viewNumbers: ViewNumbers, campaignId: string): AsyncGenerator<NumberView> {
  return viewNumbers(campaignId, reveal);
}
