import { demoDepth } from '@numfleet/sites';
import type { PictureFleet } from './picture-fleet.ts';

/** Two campaigns on the same sites, both with a pause between two requests to a host, so that clocks are seen. */
export async function createCampaigns(fleet: PictureFleet, seeds: string[]): Promise<void> {
  const { origin, searchParams } = new URL(fleet.links.console);
  const common = { seeds, depth: demoDepth, retentionDays: 1 };
  const campaigns = [
    { ...common, name: 'listings, week 47', purpose: 'keep our own directory current', delayMs: 2_500 },
    { ...common, name: 'exposed numbers', purpose: 'privacy office: our own web estate', delayMs: 500 },
  ];
  for (const campaign of campaigns) {
    const answer = await fetch(`${origin}/api/v1/campaigns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${searchParams.get('token')}`, 'content-type': 'application/json' },
      body: JSON.stringify(campaign),
    });
    if (!answer.ok) throw new Error(`The console refused a campaign: ${await answer.text()}`);
  }
}
