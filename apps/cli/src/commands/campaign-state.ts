import { exitCodes } from '../exit-codes.ts';
import { requireRunning } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { summaryOf } from './crawl.ts';

/** `pause|resume|cancel|retry CAMPAIGN`. */
export async function changeCampaign(
  verb: 'pause' | 'resume' | 'cancel' | 'retry',
  campaign: string,
  options: { json?: boolean },
  around: Surroundings,
): Promise<number> {
  const console = await requireRunning(around);
  const status = await console.change(campaign, verb);
  around.stdout.write(
    options.json ? `${JSON.stringify(summaryOf(status))}\n` : `Campaign ${campaign} is ${status.state}.\n`,
  );
  return exitCodes.done;
}
