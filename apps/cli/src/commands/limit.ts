import { campaignLimits, NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { requireRunning } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { type CampaignOptions, groupLimits, readOptions, wholeNumber } from './campaign-request.ts';
import { summaryOf } from './crawl.ts';

export type LimitOptions = Pick<
  CampaignOptions,
  'depth' | 'maxPages' | 'delay' | 'hostConcurrency' | 'domainConcurrency' | 'addressConcurrency'
> & {
  json?: boolean;
};

/** `limit CAMPAIGN --max-pages 500`: changes the limits of a campaign that runs; those that are not named stay. */
export async function limit(campaign: string, options: LimitOptions, around: Surroundings): Promise<number> {
  const limits = readOptions('limit', campaignLimits, {
    depth: wholeNumber('--depth', options.depth),
    maxPages: wholeNumber('--max-pages', options.maxPages),
    delayMs: wholeNumber('--delay', options.delay),
    hostConcurrency: wholeNumber('--host-concurrency', options.hostConcurrency),
    ...groupLimits(options),
  });
  if (Object.keys(limits).length === 0) {
    throw new NumfleetError('usage', 'Say which limit is to change. See numfleet limit --help.');
  }
  const console = await requireRunning(around);
  const status = await console.limit(campaign, limits);
  around.stdout.write(
    options.json ? `${JSON.stringify(summaryOf(status))}\n` : `The limits of campaign ${campaign} are changed.\n`,
  );
  return exitCodes.done;
}
