import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { onStopSignals } from '@numfleet/service';
import { allBenches } from './all-benches.ts';
import { machineFacts } from './machine-facts.ts';
import { createProgress } from './progress.ts';
import { formatReport } from './report.ts';
import { type BenchReport, runBench } from './run-bench.ts';

/** `pnpm bench [NAME…] [--list] [--json FILE]`: measures, and prints every figure with the machine that it is of. */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== '--'),
  options: { list: { type: 'boolean' }, json: { type: 'string' } },
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
  const unknown = names.filter((name) => !allBenches.some((one) => one.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no bench ${unknown.join(', ')}. --list lists them.\n`);
    return 2;
  }
  const stop = new AbortController();
  onStopSignals((_signal, count) => (count > 1 ? process.exit(130) : stop.abort(new Error('interrupted'))));
  const wanted = allBenches.filter(({ name }) => names.length === 0 || names.includes(name));
  const reports: BenchReport[] = [];
  for (const one of wanted) {
    if (stop.signal.aborted) break;
    const report = await runBench(one, { signal: stop.signal, progress: createProgress(process.stderr, one.name) });
    process.stdout.write(`${formatReport(report)}\n`);
    reports.push(report);
  }
  const machine = await machineFacts();
  process.stdout.write(
    `${Object.entries(machine)
      .map((fact) => fact.join(': '))
      .join('\n')}\n`,
  );
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ machine, reports }, null, 2)}\n`);
  if (stop.signal.aborted) return 130;
  return reports.some(({ error }) => error !== null) ? 1 : 0;
}
