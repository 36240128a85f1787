import Table from 'cli-table3';
import { nameOf } from '../frame/play-fault.ts';
import { type FaultResult, passed } from '../frame/scenario.ts';
import type { GameDay } from './game-day.ts';

/** The table, what failed below it, and one line that sums up. */
export function printTable({ results, seconds }: GameDay): string {
  const table = new Table({
    head: ['scenario', 'injected', 'survived', 'signal', 'seconds to detect', 'negative controls'],
    style: { head: [], border: [], compact: true },
    colWidths: [10, 38, 10, 48, 10, 10],
    wordWrap: true,
  });
  for (const result of results) table.push(rowOf(result));
  const failing = results.filter((result) => !passed(result));
  const sum = `${results.length - failing.length} of ${results.length} held, in ${seconds.toFixed(0)} s`;
  return `${table.toString()}\n${failing.map(explain).join('')}${sum}\n`;
}

function rowOf(result: FaultResult): string[] {
  const { id, fault, survived, signal, controls } = result;
  const failed = controls.filter(({ failedAsItMust }) => failedAsItMust).length;
  return [
    id,
    fault,
    survived ? 'yes' : 'NO',
    nameOf(signal.metric, signal.labels),
    signal.seconds === null ? 'NEVER' : `${signal.seconds.toFixed(1)} / ${signal.withinSeconds}`,
    `${failed} of ${controls.length} fail`,
  ];
}

function explain({ id, fault, error, assertions, signal, controls }: FaultResult): string {
  const lines = [
    ...(error === null ? [] : [error]),
    ...assertions.filter(({ holds }) => !holds).map(({ name, measured }) => `${name}: ${measured}`),
    ...(signal.rose ? [] : [`the signal did not rise within ${signal.withinSeconds} s`]),
    ...controls.filter((control) => !control.failedAsItMust).map(({ title, detail }) => `${title}: NOT SO, ${detail}`),
  ];
  return `${id} ${fault}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
