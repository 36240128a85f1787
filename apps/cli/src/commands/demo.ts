import { type NumberView, NumfleetError } from '@numfleet/contracts';
import { demoDepth, type ScoreRow, type Sites, score, startSites } from '@numfleet/sites';
import { type ConsoleClient, createConsoleClient } from '../console-client.ts';
import { exitCodes } from '../exit-codes.ts';
import { startOwnFleet } from '../own-fleet.ts';
import { createStartReporter, waitForCampaign } from '../progress.ts';
import { readSurroundings, type Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';
import { announce, untilStopped } from './up.ts';

/** Some pages of the demo web hang on purpose; with the usual budgets they would take minutes to be given up. */
const demoBudgets = {
  NUMFLEET_JOB_DEADLINE_MS: '8000',
  NUMFLEET_RETRY_BACKOFF_MS: '500',
};

const shownExamples = 5;

/**
 * `npm start`: crawls the demo web with a whole fleet, compares what was found with what is really there, and then
 * serves the console until Ctrl-C, or ends with `--exit`.
 */
export async function demo(options: { exit?: boolean }, outer: Surroundings): Promise<number> {
  await using sites = await startSites();
  const around = readSurroundings({ ...demoBudgets, ...outer.env, NUMFLEET_EGRESS_HOSTS: sites.egressHosts }, outer);
  around.stderr.write('Starting the fleet …\n');
  await using fleet = await startOwnFleet('crawl', around, createStartReporter(around.stderr));
  if (!options.exit) announce(fleet, around);

  const console = createConsoleClient({ url: fleet.consoleUrl, token: fleet.token, signal: around.signal });
  const { campaign } = await console.createCampaign({
    name: 'demo',
    purpose: 'demo of Numfleet on its own pages',
    seeds: sites.seeds,
    depth: demoDepth,
    delayMs: 0,
    hostConcurrency: 4,
    retentionDays: 1,
  });
  const waiting = waitForCampaign({ console, campaign, stderr: around.stderr, quiet: false, signal: around.signal });
  const status = await Promise.race([waiting, fleet.failed]);
  const rows = await scoreOf(console, campaign, sites);
  around.stdout.write(`${scoreTable(rows)}\n`);
  const { done = 0, failed = 0, excluded = 0 } = status.pages;
  around.stdout.write(
    `${done} pages done, ${failed} failed and ${excluded} excluded as they should; ${status.numbers} numbers in ${status.seconds.toFixed(1)} s.\n`,
  );
  around.stdout.write(`${await examples(console, campaign)}\n`);
  const isRight = rows.every((row) => row.missing === 0 && row.wrong === 0);
  if (!isRight) throw new NumfleetError('internal-error', 'What was found is not what is there; see the table.');
  if (!options.exit) await untilStopped(fleet, around);
  return exitCodes.done;
}

/** A few of the numbers as an operator sees them: masked, and where each stood. */
async function examples(console: ConsoleClient, campaign: string): Promise<string> {
  const lines: string[] = [];
  for await (const { number, sightings } of console.numbers(campaign, null)) {
    const [newest] = sightings;
    if (newest) lines.push(`  ${number}  ${newest.source.padEnd(9)} ${newest.url}`);
    if (lines.length === shownExamples) break;
  }
  return `For example, masked as they are unless a reveal is asked for and audited:\n${lines.join('\n')}`;
}

async function scoreOf(console: ConsoleClient, campaign: string, sites: Sites): Promise<ScoreRow[]> {
  const found: NumberView[] = [];
  for await (const number of console.numbers(campaign, { purpose: 'comparing the demo with its manifest' }))
    found.push(number);
  return score(sites.manifest, found);
}

function scoreTable(rows: ScoreRow[]): string {
  const columns = ['pages', 'expected', 'found', 'missing', 'wrong'] as const;
  const sum = (column: (typeof columns)[number]) => rows.reduce((total, row) => total + row[column], 0);
  const lines = rows.map((row) => [row.kind, ...columns.map((column) => row[column])]);
  return tableOf(['kind of page', ...columns], [...lines, ['all', ...columns.map(sum)]], { rightFrom: 1 });
}
