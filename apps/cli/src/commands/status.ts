import { type CampaignStatus, errorCodeOf, pageStates } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import type { ConsoleClient } from '../console-client.ts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';
import { summaryOf } from './crawl.ts';

const watchMs = 500;

/** `status [CAMPAIGN]`: campaigns with their pages by state; `--watch` paints it anew until Ctrl-C. */
export async function status(
  campaign: string | undefined,
  options: { watch?: boolean; json?: boolean },
  around: Surroundings,
): Promise<number> {
  await using session = await openSession('look', around, () => {});
  const read = () => readStatuses(session.console, campaign);
  if (!options.watch) {
    print(await read());
    return exitCodes.done;
  }
  try {
    while (true) {
      const statuses = await read();
      if (!options.json && around.stdout.isTTY) around.stdout.write('\x1b[H\x1b[2J');
      print(statuses);
      await sleep(watchMs, around.signal);
    }
  } catch (error) {
    if (errorCodeOf(error) !== 'aborted') throw error;
    return exitCodes.done;
  }

  function print(statuses: CampaignStatus[]): void {
    const lines = options.json ? statuses.map((one) => JSON.stringify(summaryOf(one))) : [statusTable(statuses)];
    for (const line of lines) around.stdout.write(`${line}\n`);
  }
}

async function readStatuses(console: ConsoleClient, campaign: string | undefined): Promise<CampaignStatus[]> {
  return campaign === undefined ? await console.list() : [await console.status(campaign)];
}

function statusTable(statuses: CampaignStatus[]): string {
  if (statuses.length === 0) return 'There are no campaigns yet. Start one: ./numfleet crawl URL --purpose "…" --wait';
  const rows = statuses.map(({ campaign, name, state, pages, numbers, sightings, seconds }) => {
    const counts = [...pageStates.map((one) => pages[one] ?? 0), numbers, sightings];
    return [campaign, name, state, ...counts, seconds.toFixed(0)];
  });
  return tableOf(['campaign', 'name', 'state', ...pageStates, 'numbers', 'sightings', 'seconds'], rows, {
    rightFrom: 3,
  });
}
