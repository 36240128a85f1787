import { encodings } from './encodings.ts';
import { type Sink, sinks } from './sinks.ts';

/** For docs/leak-suite.md: what of each sink was found when it leaked on purpose, in each encoding. */
export function leakTable(found: ReadonlyMap<Sink, ReadonlySet<string>>): string {
  const head = ['sink', ...encodings.map(({ name }) => name), 'how its control leaks'];
  const rows = sinks.map((sink) => [
    sink.name,
    ...encodings.map((encoding) => {
      if (found.get(sink)?.has(encoding.name)) return 'found';
      return canCarry(sink, encoding.isText) ? 'MISSED' : '–';
    }),
    sink.control,
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

export function canCarry({ carries }: Sink, isText: boolean): boolean {
  return carries === 'bytes' || isText;
}
