import Table from 'cli-table3';
import type { Measured } from './bench.ts';
import type { BenchReport } from './run-bench.ts';
import { summarise } from './summarise.ts';

/** A bench's figures for people: a line a variant and figure, with every raw figure at its end. */
export function formatReport(report: BenchReport): string {
  const { name, what, measured, notes, seconds, load, error } = report;
  return [
    `${name}: ${what}`,
    ...measured.flatMap(formatMeasured),
    ...notes,
    `${seconds.toFixed(1)} s; load of the machine ${load.before.toFixed(2)} before, ${load.after.toFixed(2)} after`,
    ...(error === null ? [] : [`not finished: ${error}`]),
    '',
  ].join('\n');
}

function formatMeasured({ title, figures, runs, roundsMissing }: Measured): string[] {
  const table = new Table({
    head: ['figure', 'variant', 'median', 'min', 'max', 'ratio', 'of each round', 'all runs'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  const [first = ''] = Object.keys(runs);
  for (const [figure, { unit, better }] of Object.entries(figures)) {
    for (const [variant, figuresOf] of Object.entries(runs)) {
      const { median, min, max, ratio, ratios } = summarise(figuresOf[figure] ?? [], runs[first]?.[figure] ?? []);
      const [few, many] = [Math.min(...ratios), Math.max(...ratios)];
      const compared = variant === first ? ['1', ''] : [`${round(ratio)}×`, `${round(few)} … ${round(many)}`];
      const raw = (figuresOf[figure] ?? []).map(round).join(' ');
      table.push([
        `${figure}, ${unit} (${better} is better)`,
        variant,
        ...[median, min, max].map(round),
        ...compared,
        raw,
      ]);
    }
  }
  const missing = roundsMissing > 0 ? [`${roundsMissing} rounds are missing: the time was up.`] : [];
  return [...(title === null ? [] : [title]), table.toString(), ...missing];
}

/** Three significant digits: more than any of these figures is worth. */
function round(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
