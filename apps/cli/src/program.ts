import { NumfleetError } from '@numfleet/contracts';
import { version } from '@numfleet/service';
import { Command } from 'commander';
import type { TraceNumberOptions } from './commands/audit-trace.ts';
import type { VerifyOptions } from './commands/audit-verify.ts';
import type { CrawlOptions } from './commands/crawl.ts';
import type { EraseOptions } from './commands/erase.ts';
import type { ExtractOptions } from './commands/extract.ts';
import type { RotateOptions } from './commands/keys-rotate.ts';
import type { LimitOptions } from './commands/limit.ts';
import type { MigrateOptions } from './commands/migrate.ts';
import type { NumbersOptions } from './commands/numbers.ts';
import type { ShredOptions } from './commands/shred.ts';
import type { CreateTokenOptions } from './commands/token.ts';
import type { TraceOptions } from './commands/trace.ts';
import type { NumberListOptions } from './numbers/number-list.ts';
import type { Surroundings } from './surroundings.ts';

/** The command line: public interface. Each action leaves its exit code with `end`. */
export function createProgram(surroundings: () => Surroundings, end: (exitCode: number) => void): Command {
  const program = new Command('numfleet')
    .description('A polite, audited fleet of crawlers that finds phone numbers and keeps them sealed.')
    .version(version)
    // Before the first command, which takes these over. What commander complains about is printed by `usageError`.
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  const run =
    <Args extends unknown[]>(action: (...args: [...Args, Surroundings]) => Promise<number>) =>
    async (...args: Args) =>
      end(await action(...args, surroundings()));

  // Each is loaded when it is asked for: all of them together take longer than most of them run.
  program
    .command('up')
    .description('run the whole fleet on this machine until Ctrl-C')
    .action(async () => run((await import('./commands/up.ts')).up)());

  program
    .command('crawl')
    .description('start a campaign')
    .argument('<url...>', 'seed URLs')
    .option('--purpose <text>', 'why the numbers are collected (required; kept with them)')
    .option('--name <text>', 'a name for the campaign')
    .option('--depth <n>', 'links followed from a seed, at most', '3')
    .option('--max-pages <n>', 'pages fetched, at most', '10000')
    .option('--scope <scope>', 'host, domain or any: what links may lead to', 'host')
    .option('--allow <regexp>', 'follow only links that match')
    .option('--deny <regexp>', 'follow no link that matches')
    .option('--region <CC>', 'country of numbers that are written without one, such as GB')
    .option('--render <mode>', 'auto, always or never use a browser', 'auto')
    .option('--delay <ms>', 'least time between two requests to a host', '1000')
    .option('--host-concurrency <n>', 'pages of one host at a time; only with --delay 0, for hosts of your own', '1')
    .option('--domain-concurrency <n>', 'hosts of one registered domain at a time, or none for no limit', 'none')
    .option('--address-concurrency <n>', 'hosts at one IP address at a time, or none for no limit', 'none')
    .option('--retention <days>', 'how long sightings are kept', '30')
    .option('--max-time <seconds>', 'when what is still queued is left')
    .option('--every <time>', 'visit its pages again, about so often: 12h, 7d, 2w')
    .option('--sitemap', 'read the sitemaps of hosts in scope too')
    .option('--wait', 'wait until it is finished; runs a fleet for it where none runs')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (urls: string[], options: CrawlOptions) =>
      run((await import('./commands/crawl.ts')).crawl)(urls, options),
    );

  program
    .command('enqueue')
    .description('add URLs to a campaign')
    .argument('<campaign>')
    .argument('[url...]', 'URLs, or - to read them from standard input')
    .option('--file <file>', 'read URLs from a file, one a line')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (campaign: string, urls: string[], options: object) =>
      run((await import('./commands/enqueue.ts')).enqueue)(campaign, urls, options),
    );

  for (const verb of ['pause', 'resume', 'cancel', 'retry'] as const) {
    program
      .command(verb)
      .description(verb === 'retry' ? 'queue the failed pages of a campaign again' : `${verb} a campaign`)
      .argument('<campaign>')
      .option('--json', 'print JSON lines and nothing else')
      .action(async (campaign: string, options: object) =>
        run((await import('./commands/campaign-state.ts')).changeCampaign)(verb, campaign, options),
      );
  }

  program
    .command('limit')
    .description('change the limits of a campaign that runs; those that are not named stay')
    .argument('<campaign>')
    .option('--depth <n>', 'links followed from a seed, at most')
    .option('--max-pages <n>', 'pages fetched, at most')
    .option('--delay <ms>', 'least time between two requests to a host')
    .option('--host-concurrency <n>', 'pages of one host at a time; only with --delay 0, for hosts of your own')
    .option('--domain-concurrency <n>', 'hosts of one registered domain at a time, or none for no limit')
    .option('--address-concurrency <n>', 'hosts at one IP address at a time, or none for no limit')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (campaign: string, options: LimitOptions) =>
      run((await import('./commands/limit.ts')).limit)(campaign, options),
    );

  program
    .command('status')
    .description('campaigns, with their pages by state')
    .argument('[campaign]')
    .option('--watch', 'paint it anew until Ctrl-C')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (campaign: string | undefined, options: object) =>
      run((await import('./commands/status.ts')).status)(campaign, options),
    );

  program
    .command('page')
    .description('why a URL was fetched, excluded or failed')
    .argument('<url>', 'the URL, or - to read it from standard input')
    .option('--campaign <campaign>', 'in this campaign (default: the newest that knows it)')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (url: string, options: object) => run((await import('./commands/page.ts')).page)(url, options));

  program
    .command('trace')
    .description('what was done for a job, from its dispatch to its commit')
    .argument('[id]', 'the id of a trace, as in the log, or of a job, as in Bull Board')
    .option('--page <id>', 'the last job of this page instead')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (id: string | undefined, options: TraceOptions) =>
      run((await import('./commands/trace.ts')).trace)(id, options),
    );

  program
    .command('numbers')
    .description('what a campaign found, masked')
    .argument('<campaign>')
    .option('--format <format>', 'table, csv or jsonl', 'table')
    .option('--reveal', 'show the numbers plain; every reveal is audited')
    .option('--purpose <text>', 'why they are revealed')
    .action(async (campaign: string, options: NumbersOptions) =>
      run((await import('./commands/numbers.ts')).numbers)(campaign, options),
    );

  program
    .command('extract')
    .description('the phone numbers of your own files, masked')
    .argument(
      '[file...]',
      'HTML, text, vCard, PDF and WARC files, in gzip or not, folders of them, or - for standard input',
    )
    .option('--region <CC>', 'country of numbers that are written without one')
    .option('--json', 'print JSON lines and nothing else')
    .option('--reveal', 'show the numbers plain')
    .option('--purpose <text>', 'why they are shown')
    .option('--explain', 'print an HTML page that shows what was found and what was rejected, and why')
    .action(async (files: string[], options: ExtractOptions) =>
      run((await import('./commands/extract.ts')).extract)(files, options),
    );

  const keys = program.command('keys').description('the keys that numbers are sealed and stored under');
  keys
    .command('generate')
    .description('make them where there are none yet')
    .action(async () => run((await import('./commands/keys.ts')).makeKeys)());
  keys
    .command('backup')
    .description('all of them in one file, under a passphrase that is typed or read from standard input')
    .argument('<file>', 'the file to make; `age` opens it too')
    .action(async (file: string) => run((await import('./commands/keys.ts')).backUpKeys)(file));
  keys
    .command('restore')
    .description('put back those that are missing')
    .argument('<file>', 'the file that `keys backup` made')
    .action(async (file: string) => run((await import('./commands/keys.ts')).restoreFrom)(file));

  keys
    .command('rotate')
    .description('wrap the keys of all campaigns under a new master key; the fleet must not run')
    .option('--sealing', 'instead, the pair that results are sealed with on their way')
    .option('--index', 'instead, the key that numbers are known by: each is opened and put under another')
    .option('--audit', 'instead, the key that the audit is sealed with, from here on')
    .action(async (options: RotateOptions) => run((await import('./commands/keys-rotate.ts')).rotateKeys)(options));

  const audit = program.command('audit').description('who did what with the numbers, and whether that record is whole');
  audit
    .command('verify')
    .description('find any event that was changed, removed, inserted or cut off')
    .option('--anchors <file>', 'heads of the chain to hold it against (default: those of the home folder)')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (options: VerifyOptions) => run((await import('./commands/audit-verify.ts')).auditVerify)(options));

  audit
    .command('trace')
    .description("a number's whole life, the number read from standard input: pages, times, workers, exports, erasures")
    .option('--purpose <text>', 'why it is asked for (required; kept in the audit)')
    .option('--region <CC>', 'country of the number, where it is written without one')
    .option('--picture <file>', 'draw it as well, into an SVG file of that name')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (options: TraceNumberOptions) =>
      run((await import('./commands/audit-trace.ts')).auditTrace)(options),
    );

  program
    .command('erase')
    .description('take numbers away, read from standard input, one a line, and keep them from coming back')
    .option('--reason <text>', 'why, such as a request by the person (required; kept in the audit)')
    .option('--file <file>', 'read the numbers from a file')
    .option('--region <CC>', 'country of numbers that are written without one')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (options: EraseOptions) => run((await import('./commands/erase.ts')).erase)(options));

  program
    .command('shred')
    .argument('<campaign>', 'its id')
    .description("take a campaign's key away, and with it all that was found, in this database and in copies of it")
    .option('--reason <text>', 'why (required; kept in the audit)')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (campaign: string, options: ShredOptions) =>
      run((await import('./commands/shred.ts')).shred)(campaign, options),
    );

  program
    .command('suppress')
    .description('keep numbers from being stored, read from standard input, one a line, such as an opt-out list')
    .option('--file <file>', 'read the numbers from a file')
    .option('--region <CC>', 'country of numbers that are written without one')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (options: NumberListOptions) => run((await import('./commands/suppress.ts')).suppress)(options));

  const token = program.command('token').description('tokens of the console for others, each with a role and an end');
  token
    .command('create')
    .description('give one out; it is shown this one time')
    .argument('<name>', 'by which the audit names who acts: lower-case letters, digits and dashes')
    .option('--role <role>', 'viewer (looks), operator (crawls too) or controller (reveals and erases too)', 'viewer')
    .option('--days <n>', 'after which it ends', '90')
    .option('--campaigns <ids>', 'the campaigns that it is for, with commas (default: all)')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (name: string, options: CreateTokenOptions) =>
      run((await import('./commands/token.ts')).createToken)(name, options),
    );
  token
    .command('list')
    .description('those that were given out')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (options: object) => run((await import('./commands/token.ts')).listTokens)(options));
  token
    .command('revoke')
    .description('end one at once')
    .argument('<name>')
    .action(async (name: string) => run((await import('./commands/token.ts')).revokeToken)(name));

  program
    .command('migrate')
    .description('bring a Postgres of your own up to date: roles, schema, queues')
    .option('--passwords <folder>', 'files named by role, each with the password that the role is to have')
    .action(async (options: MigrateOptions) => run((await import('./commands/migrate.ts')).migrateDatabases)(options));

  program
    .command('doctor')
    .description('check this machine and explain the configuration')
    .option('--json', 'print JSON lines and nothing else')
    .action(async (options: object) => run((await import('./commands/doctor.ts')).doctor)(options));

  program
    .command('demo', { hidden: true })
    .option('--exit', 'end when the demo is done')
    .action(async (options: object) => run((await import('./commands/demo.ts')).demo)(options));

  return program;
}

/** Commander's own complaints, as an error of ours; null for `--help` and `--version`, which are no errors. */
export function usageError(error: { code: string; message: string }): NumfleetError | null {
  const fine = ['commander.helpDisplayed', 'commander.help', 'commander.version'];
  if (fine.includes(error.code)) return null;
  return new NumfleetError('usage', `${error.message.replace(/^error: /, '')}. See numfleet --help.`);
}
