import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { onStopSignals } from '@numfleet/service';
import { allBenches } from './all-benches.ts';
import type { Bench } from './bench.ts';
import { machineFacts } from './machine-facts.ts';
import { createProgress } from './progress.ts';
import { formatReport } from './report.ts';
import { type BenchReport, runBench } from './run-bench.ts';

const usage = `Usage: pnpm bench [NAME…] [--list] [--rounds N] [--pages N] [--json FILE] [--html FOLDER]

Measures, and prints every figure with the machine that it is of. \`crawl\` is all that begin with \`crawl-\`.
`;

process.exitCode = await main();
// Whatever a bench left behind is not waited for.
process.exit();

async function main(): Promise<number> {
  try {
    const { values, positionals } = readArguments();
    if (values.help) process.stdout.write(usage);
    else if (values.list) list();
    else return await bench(positionals, values);
    return 0;
  } catch (error) {
    if (!isBadArgument(error)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    return 2;
  }
}

function readArguments() {
  return parseArgs({
    args: process.argv.slice(2).filter((word) => word !== '--'),
    options: {
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      rounds: { type: 'string' },
      pages: { type: 'string' },
      json: { type: 'string' },
      html: { type: 'string' },
    },
    allowPositionals: true,
  });
}

function isBadArgument(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

function list(): void {
  for (const { name, what } of allBenches) process.stdout.write(`${name.padEnd(14)} ${what}\n`);
}

async function bench(names: readonly string[], values: ReturnType<typeof readArguments>['values']): Promise<number> {
  const isMeant = (one: Bench, name: string) => one.name === name || one.name.startsWith(`${name}-`);
  const unknown = names.filter((name) => !allBenches.some((one) => isMeant(one, name)));
  if (unknown.length > 0) {
    process.stderr.write(`There is no bench ${unknown.join(', ')}. --list lists them.\n`);
    return 2;
  }
  const stop = new AbortController();
  onStopSignals((_signal, count) => (count > 1 ? process.exit(130) : stop.abort(new Error('interrupted'))));
  const wanted = allBenches.filter((one) =>
    names.length === 0 ? !one.onlyByName : names.some((name) => isMeant(one, name)),
  );
  const asked = { ...atLeastOne('rounds', values.rounds), ...atLeastOne('pages', values.pages) };
  const reports: BenchReport[] = [];
  for (const one of wanted) {
    if (stop.signal.aborted) break;
    const progress = createProgress(process.stderr, one.name);
    const report = await runBench(one, { signal: stop.signal, progress, ...asked });
    process.stdout.write(`${formatReport(report)}\n`);
    reports.push(report);
  }
  const machine = await machineFacts();
  process.stdout.write(
    `${Object.entries(machine)
      .map((fact) => fact.join(': '))
      .join('\n')}\n`,
  );
  const pictures = reports.flatMap((report) => report.pictures);
  if (values.html !== undefined) {
    await mkdir(values.html, { recursive: true });
    for (const { file, html } of pictures) await writeFile(path.join(values.html, file), html);
  } else if (pictures.length > 0) process.stdout.write('--html FOLDER has it drawn.\n');
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ machine, reports }, null, 2)}\n`);
  if (stop.signal.aborted) return 130;
  return reports.some(({ error }) => error !== null) ? 1 : 0;
}

/** @throws TypeError as `parseArgs` does, where it is no whole number above 0. */
function atLeastOne(name: 'rounds' | 'pages', text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  if (/^[1-9][0-9]{0,8}$/.test(text)) return { [name]: Number(text) };
  const error = new TypeError(`--${name} is a whole number from 1 up.`);
  throw Object.assign(error, { code: 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' });
}
