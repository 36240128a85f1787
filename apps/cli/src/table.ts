import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

/** A table for people. What a cell holds may come from outside, so it gets no say over the terminal. */
export function tableOf(head: string[], rows: (string | number)[][], options: { rightFrom?: number } = {}): string {
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column >= (options.rightFrom ?? head.length) ? 'right' : 'left')),
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? stripVTControlCharacters(cell) : cell))),
  );
  return table.toString();
}
