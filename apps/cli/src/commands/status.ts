import { stripVTControlCharacters } from 'node:util';
import type { CampaignStatus } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import Table from 'cli-table3';
import type { ConsoleClient } from '../console-client.ts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
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
  while (true) {
    const statuses = await read();
    if (!options.json && around.stdout.isTTY) around.stdout.write('\x1b[H\x1b[2J');
    print(statuses);
    await sleep(watchMs, around.signal);
  }

  function print(statuses: CampaignStatus[]): void {
    const lines = options.json ? statuses.map((one) => JSON.stringify(summaryOf(one))) : [tableOf(statuses)];
    for (const line of lines) around.stdout.write(`${line}\n`);
  }
}

async function readStatuses(console: ConsoleClient, campaign: string | undefined): Promise<CampaignStatus[]> {
  return campaign === undefined ? await console.list() : [await console.status(campaign)];
}

function tableOf(statuses: CampaignStatus[]): string {
  if (statuses.length === 0) return 'There are no campaigns yet. Start one: ./numfleet crawl URL --purpose "…" --wait';
  const head = [
    'campaign',
    'name',
    'state',
    'queued',
    'leased',
    'done',
    'failed',
    'excluded',
    'numbers',
    'sightings',
    's',
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { campaign, name, state, pages, numbers, sightings, seconds } of statuses) {
    const counts = [pages.queued, pages.leased, pages.done, pages.failed, pages.excluded, numbers, sightings];
    table.push([
      campaign,
      stripVTControlCharacters(name),
      state,
      ...counts.map((count) => count ?? 0),
      seconds.toFixed(0),
    ]);
  }
  return table.toString();
}
