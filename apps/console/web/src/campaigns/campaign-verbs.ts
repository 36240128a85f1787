import type { CampaignStatus } from '@numfleet/contracts';
import type { CampaignVerb } from '../fleet/order-campaign.ts';

export const verbLabels: Readonly<Record<CampaignVerb, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Retry failed',
  cancel: 'Cancel',
};

/** What may be asked of a campaign as it stands; the console refuses the rest. */
export function verbsFor({ state, pages, everySeconds }: CampaignStatus): CampaignVerb[] {
  if (state === 'cancelled') return [];
  const verbs: CampaignVerb[] = pages.failed > 0 ? ['retry'] : [];
  // Between two rounds it can be held, and ended for good.
  const goesOn = state !== 'finished' || everySeconds !== null;
  if (goesOn && state !== 'paused') verbs.unshift('pause');
  if (state === 'paused') verbs.unshift('resume');
  return goesOn ? [...verbs, 'cancel'] : verbs;
}
