import type { CampaignNumbers, NumberVault } from '@numfleet/privacy/inside';
import { ensureCampaignKey, renewNumbers, type Store } from '@numfleet/store';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';

/** What is under the master key itself, of a database that is older than the keys of campaigns, gets those; gives how many did. */
export async function renewOldNumbers(
  store: Store,
  vault: NumberVault,
  { stderr, signal }: Pick<Surroundings, 'stderr' | 'signal'>,
): Promise<number> {
  using progress = showProgress(stderr, 'numbers');
  const opened = onceByCampaign(async (campaignId) => vault.open(campaignId, await keyOf(store, vault, campaignId)));
  return await renewNumbers(store, {
    async renew({ campaignId, ciphertext, blindIndex }): Promise<Buffer> {
      const campaign: CampaignNumbers = await opened(campaignId);
      return await campaign.renew(ciphertext, blindIndex);
    },
    onProgress: progress.update,
    signal,
  });
}

/** A campaign's key as it rests, made where it has none yet. */
export async function keyOf(store: Store, vault: NumberVault, campaignId: string): Promise<Buffer> {
  const made = await vault.makeKey(campaignId);
  const { wrapped } = await ensureCampaignKey(store, { campaignId, ...made, now: new Date() });
  return wrapped ?? made.wrapped;
}

/** Does it once for each campaign. */
export function onceByCampaign<T>(open: (campaignId: string) => Promise<T>): (campaignId: string) => Promise<T> {
  const opened = new Map<string, Promise<T>>();
  return (campaignId) => {
    const campaign = opened.get(campaignId) ?? open(campaignId);
    opened.set(campaignId, campaign);
    return campaign;
  };
}
