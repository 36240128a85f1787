import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { playGameDay } from './frame/play-game-day.ts';
import { passed, type Scenario } from './frame/scenario.ts';
import { printTable } from './report/print-table.ts';
import { createProgress } from './report/progress.ts';
import { renderHtml } from './report/render-html.ts';
import { scenarios } from './scenarios/index.ts';

const usage = `Usage: pnpm gameday [ID…] [--json FILE] [--html FILE] [--list]

Injects faults into a fleet of its own, on this machine and loopback only, and looks whether it holds and says so.
Ends with 0 if every scenario held, every signal rose in time and every negative control failed.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) return print(usage);
  const unknown = positionals.filter((id) => !scenarios.some((scenario) => scenario.id === id));
  if (unknown.length > 0) {
    process.stderr.write(`There is no scenario ${unknown.join(', ')}. \`pnpm gameday --list\` names them.\n`);
    return 2;
  }
  const chosen = scenarios.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
  if (values.list) return print(chosen.map(describe).join(''));

  const startedAt = new Date();
  const progress = createProgress(process.stderr, chosen);
  const results = await playGameDay(chosen, { stop: untilInterrupted(), ...progress });
  progress.end();
  const seconds = (Date.now() - startedAt.getTime()) / 1_000;
  const day = { at: startedAt.toISOString(), seconds, node: process.version, results };
  process.stdout.write(printTable(day));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(day, null, 2)}\n`);
  if (values.html !== undefined) await writeFile(values.html, renderHtml(day, chosen));
  return results.length > 0 && results.every(passed) ? 0 : 1;
}

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      html: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function describe({ id, title, faults }: Scenario): string {
  return `${id}  ${title}\n${faults.map((fault) => `       ${fault}\n`).join('')}`;
}

/** The first Ctrl-C undoes what is injected and stops the fleet; a second one leaves at once, and their guards end them. */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort(new Error('interrupted'));
    });
  }
  return interrupted.signal;
}
