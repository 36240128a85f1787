import type { CampaignStatus } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession, requireRunning } from '../fleet-session.ts';
import { createStartReporter, waitForCampaign } from '../progress.ts';
import type { Surroundings } from '../surroundings.ts';
import { type CampaignOptions, campaignRequest } from './campaign-request.ts';

export interface CrawlOptions extends CampaignOptions {
  wait?: boolean;
  json?: boolean;
}

/** `crawl URL…`: starts a campaign; with `--wait`, on a fleet of its own where none runs, until it is finished, or its first round is. */
export async function crawl(urls: string[], options: CrawlOptions, around: Surroundings): Promise<number> {
  const request = campaignRequest(urls, options);
  if (!options.wait) {
    const console = await requireRunning(around);
    const report = await console.createCampaign(request);
    around.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `Campaign ${report.campaign} started.\n`);
    return exitCodes.done;
  }
  const report = options.json ? () => {} : createStartReporter(around.stderr);
  await using session = await openSession('crawl', around, report);
  const { campaign } = await session.console.createCampaign(request);
  const waiting = { console: session.console, campaign, stderr: around.stderr, quiet: options.json === true };
  const status = await Promise.race([
    waitForCampaign({ ...waiting, signal: around.signal }),
    ...(session.fleet ? [session.fleet.failed] : []),
  ]);
  around.stdout.write(options.json ? `${JSON.stringify(summaryOf(status))}\n` : `${describe(status)}\n`);
  return (status.pages.failed ?? 0) > 0 ? exitCodes.finishedWithFailures : exitCodes.done;
}

/** The fixed fields of a summary; see the README. */
export function summaryOf(status: CampaignStatus) {
  const { campaign, state, pages, numbers, sightings, seconds, ...more } = status;
  return { campaign, state, pages, numbers, sightings, seconds, ...more };
}

function describe({ campaign, state, pages, numbers, sightings, seconds, nextVisitAt }: CampaignStatus): string {
  const byState = Object.entries(pages).map(([name, count]) => `${count} ${name}`);
  const next = nextVisitAt === null ? '' : ` The next round begins at ${nextVisitAt}, if a fleet runs then.`;
  return `Campaign ${campaign} ${state} in ${seconds.toFixed(1)} s: ${byState.join(', ')}; ${numbers} numbers, ${sightings} sightings.${next}`;
}
