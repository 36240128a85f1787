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

/**
 * `pnpm bench [NAME…] [--list] [--rounds N] [--pages N] [--json FILE] [--html FOLDER]`: measures, and prints every figure
 * with the machine that it is of. `crawl` is all that begin with `crawl-`.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== '--'),
  options: {
    list: { type: 'boolean' },
    rounds: { type: 'string' },
    pages: { type: 'string' },
    json: { type: 'string' },
    html: { type: 'string' },
  },
  allowPositionals: true,
});
if (values.list) list();
else process.exitCode = await bench(positionals);
// Whatever a bench left behind is not waited for.
process.exit();

function list(): void {
  for (const { name, what } of allBenches) process.stdout.write(`${name.padEnd(14)} ${what}\n`);
}

async function bench(names: readonly string[]): Promise<number> {
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
  const asked = { ...count('rounds'), ...count('pages') };
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

function count(name: 'rounds' | 'pages'): Record<string, number> {
  const value = Number(values[name] ?? Number.NaN);
  return value >= 1 ? { [name]: Math.floor(value) } : {};
}
