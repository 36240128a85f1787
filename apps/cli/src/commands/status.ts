import { type CampaignStatus, errorCodeOf, pageStates } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import type { ConsoleClient } from '../console-client.ts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';
import { workerTable } from '../worker-table.ts';
import { summaryOf } from './crawl.ts';

const watchMs = 500;

/**
 * `status [CAMPAIGN]`: campaigns with their pages by state and, for people, the processes of the fleet that runs;
 * `--watch` paints it anew until Ctrl-C.
 */
export async function status(
  campaign: string | undefined,
  options: { watch?: boolean; json?: boolean },
  around: Surroundings,
): Promise<number> {
  await using session = await openSession('look', around, () => {});
  const isForPeople = options.json !== true;
  // A fleet of one console, started to look at what is stored, has no processes to show.
  const showsWorkers = isForPeople && campaign === undefined && session.fleet === null;
  const read = async () => ({
    statuses: await readStatuses(session.console, campaign),
    workers: showsWorkers ? await session.console.workers() : null,
  });
  if (!options.watch) {
    print(await read());
    return exitCodes.done;
  }
  try {
    while (true) {
      const shown = await read();
      if (isForPeople && around.stdout.isTTY) around.stdout.write('\x1b[H\x1b[2J');
      print(shown);
      await sleep(watchMs, around.signal);
    }
  } catch (error) {
    if (errorCodeOf(error) !== 'aborted') throw error;
    return exitCodes.done;
  }

  function print({ statuses, workers }: Awaited<ReturnType<typeof read>>): void {
    const lines = isForPeople
      ? [statusTable(statuses), ...(workers === null ? [] : [workerTable(workers, Date.now())])]
      : statuses.map((one) => JSON.stringify(summaryOf(one)));
    for (const line of lines) around.stdout.write(`${line}\n`);
  }
}

async function readStatuses(console: ConsoleClient, campaign: string | undefined): Promise<CampaignStatus[]> {
  return campaign === undefined ? await console.list() : [await console.status(campaign)];
}

function statusTable(statuses: CampaignStatus[]): string {
  if (statuses.length === 0) return 'There are no campaigns yet. Start one: ./numfleet crawl URL --purpose "…" --wait';
  const isRecurring = statuses.some(({ everySeconds }) => everySeconds !== null);
  const rows = statuses.map(({ campaign, name, state, pages, numbers, sightings, seconds, nextVisitAt }) => {
    const counts = [...pageStates.map((one) => pages[one] ?? 0), numbers, sightings];
    return [campaign, name, state, ...counts, seconds.toFixed(0), ...(isRecurring ? [nextVisitAt ?? ''] : [])];
  });
  const head = ['campaign', 'name', 'state', ...pageStates, 'numbers', 'sightings', 'seconds'];
  return tableOf([...head, ...(isRecurring ? ['next visit'] : [])], rows, { rightFrom: 3 });
}
