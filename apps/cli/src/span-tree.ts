import { stripVTControlCharacters } from 'node:util';
import type { SpanRecord } from '@numfleet/telemetry';

interface Row {
  span: SpanRecord;
  /** What stands before its name, so that a tree is drawn. */
  branch: string;
  /** What is said of its place: linked, or under a span that is not there. */
  note: string;
  /** Its attributes, less those that a span above it has said already. */
  says: SpanRecord['attributes'];
}

/**
 * Draws the spans of a trace as a tree, a line each: name, process, start since the first one, duration, and what it says
 * of itself. A span whose parent is not there, since that one runs still or was not kept, stands at the edge.
 */
export function drawTree(spans: readonly SpanRecord[], linked: readonly SpanRecord[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentId }) => parentId === null || !ids.has(parentId));
  const rows = roots.flatMap((span) => {
    const note = span.parentId === null ? '' : '(its parent is not kept)';
    const root = { span, branch: '', note, says: span.attributes };
    return [root, ...below(root, { spans, linked, edge: '', said: span.attributes })];
  });
  const first = Math.min(...spans.map(({ startedAt }) => startedAt));
  const cells = rows.map((row) => cellsOf(row, first));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const align = (cell: string, column: number) =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return cells.map((row) => `${stripVTControlCharacters(row.map(align).join('  ')).trimEnd()}\n`).join('');
}

interface Above {
  spans: readonly SpanRecord[];
  linked: readonly SpanRecord[];
  edge: string;
  said: SpanRecord['attributes'];
}

function below(parent: Row, { spans, linked, edge, said }: Above): Row[] {
  const children = spans.filter(({ parentId }) => parentId === parent.span.spanId);
  const links = linked.filter(({ spanId }) => parent.span.links.some((link) => link.spanId === spanId));
  return [...children, ...links].flatMap((span, index, { length }) => {
    const isLast = index === length - 1;
    const says = Object.fromEntries(Object.entries(span.attributes).filter(([key, value]) => said[key] !== value));
    const isLinked = links.includes(span);
    const row = { span, says, note: isLinked ? '(linked)' : '', branch: `${edge}${isLast ? '└─ ' : '├─ '}` };
    if (isLinked) return [row];
    const under = { spans, linked, edge: `${edge}${isLast ? '   ' : '│  '}`, said: { ...said, ...says } };
    return [row, ...below(row, under)];
  });
}

function cellsOf({ span, branch, note, says }: Row, first: number): string[] {
  const pairs = Object.entries(says).map(([key, value]) => `${key.replace(/^(numfleet|http)\./, '')}=${value}`);
  return [
    `${branch}${span.name}`,
    span.process,
    `+${(span.startedAt - first).toFixed(1)} ms`,
    `${span.ms.toFixed(1)} ms`,
    [span.ok ? '' : 'FAILED', note, ...pairs].filter((part) => part !== '').join(' '),
  ];
}
