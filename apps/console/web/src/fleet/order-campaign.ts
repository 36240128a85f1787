import type { CampaignStatus } from '@numfleet/contracts';
import type { Asked } from './ask-console.ts';
import { changeFleet } from './change-fleet.ts';

export type CampaignVerb = 'pause' | 'resume' | 'retry' | 'cancel';

/** Orders something of a campaign; gives how it stands then. */
export function orderCampaign(campaign: string, verb: CampaignVerb): Promise<Asked<CampaignStatus>> {
  return changeFleet(`/api/v1/campaigns/${campaign}/${verb}`);
}
