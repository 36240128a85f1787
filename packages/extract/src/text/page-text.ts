import { codeTrait } from './code-traits.ts';
import { createTextWriter, type FoldedText } from './folded-text.ts';

/**
 * The visible text of a page as it is gathered: runs of one line (block) of text join. Only the lines that may hold a number are
 * written out, each with the ends of the two lines before it and the beginning of the next, for what they say of it.
 */
export type PageText = {
  /** A range of the page; the rest as in `HtmlListener.text`. */
  add(start: number, end: number, digits: number, marks: number, isPlain: boolean): void;
  /** Ends the line: what follows stands in another block, cell or line. */
  breakLine(): void;
  /** The edge of a link: a whole number ends there, so that two links side by side do not run together. */
  endNumber(): void;
  /** The end of the text so far: of this line, and of the one before it if this one is empty. */
  tail(): string;
  finish(): FoldedText;
};

/** Fewer digits on a line make no number, not even with letters for the others. */
const leastDigits = 3;
const contextLength = 64;
const contextPieces = 16;
const mostKept = 4_096;

export function createPageText(bytes: Uint8Array): PageText {
  const writer = createTextWriter();
  const pieces: Pieces = { bytes, cells: new Int32Array(3 * 256), length: 0 };
  const current: Line = { first: 0, last: 0, digits: 0 };
  // The two lines before this one, as long as they were not written: lines that end where they begin stand for none.
  const before: [Line, Line] = [
    { first: 0, last: 0, digits: 0 },
    { first: 0, last: 0, digits: 0 },
  ];
  let isAfterNumber = false;
  const endLine = (): void => {
    if (pieces.length === current.first) return;
    current.last = pieces.length;
    if (current.digits >= leastDigits) {
      for (const line of before) if (line.last > line.first) writeTail(writer, pieces, line);
      writeLine(writer, pieces, current);
      for (const line of before) line.last = line.first;
      isAfterNumber = true;
    } else {
      if (isAfterNumber) writeHead(writer, pieces, current);
      copyLine(before[1], before[0]);
      copyLine(current, before[1]);
      isAfterNumber = false;
    }
    if (pieces.length > mostKept) compact(pieces, before);
    current.first = pieces.length;
    current.digits = 0;
  };
  return {
    add(start, end, digits, marks, isPlain) {
      if ((marks & (codeTrait.visible | codeTrait.foldable)) === 0 && pieces.length === current.first) return;
      const kind = (marks & codeTrait.reference) !== 0 && !isPlain ? markup : plain;
      // A page of less-than signs comes in pieces of one byte, of which twelve would be kept.
      if (pieces.length > current.first && follows(pieces, start, kind)) pieces.cells[pieces.length * 3 - 2] = end;
      else push(pieces, start, end, kind);
      current.digits += digits;
    },
    breakLine: endLine,
    endNumber() {
      if (current.digits > 0) push(pieces, 0, 0, linkEdge);
    },
    tail() {
      return tailOf(pieces, pieces.length === current.first ? before[1] : { ...current, last: pieces.length });
    },
    finish() {
      endLine();
      return writer.finish();
    },
  };
}

type Line = { first: number; last: number; digits: number };
/** Three cells a piece: start, end, kind. */
type Pieces = { bytes: Uint8Array; cells: Int32Array; length: number };
type Writer = ReturnType<typeof createTextWriter>;

const [plain, markup, linkEdge] = [0, 1, 2];

function push(pieces: Pieces, start: number, end: number, kind: number): void {
  const at = pieces.length * 3;
  if (at === pieces.cells.length) {
    const cells = new Int32Array(pieces.cells.length * 2);
    cells.set(pieces.cells);
    pieces.cells = cells;
  }
  pieces.cells[at] = start;
  pieces.cells[at + 1] = end;
  pieces.cells[at + 2] = kind;
  pieces.length += 1;
}

function follows({ cells, length }: Pieces, start: number, kind: number): boolean {
  return cells[length * 3 - 2] === start && cells[length * 3 - 1] === kind;
}

function copyLine(from: Line, to: Line): void {
  to.first = from.first;
  to.last = from.last;
  to.digits = from.digits;
}

/** Forgets all pieces but those of the last two lines, and of these too where they are long. */
function compact(pieces: Pieces, before: [Line, Line]): void {
  const kept = before.filter((line) => line.last > line.first);
  const first = kept[0]?.first ?? pieces.length;
  if (pieces.length - first > mostKept / 2) {
    pieces.length = 0;
    for (const line of before) line.first = line.last = 0;
    return;
  }
  pieces.cells.copyWithin(0, first * 3, pieces.length * 3);
  pieces.length -= first;
  for (const line of kept) {
    line.first -= first;
    line.last -= first;
  }
}

function writeLine(writer: Writer, { bytes, cells }: Pieces, { first, last }: Line): void {
  for (let piece = first; piece < last; piece++) {
    const start = cells[piece * 3] ?? 0;
    const end = cells[piece * 3 + 1] ?? 0;
    const kind = cells[piece * 3 + 2];
    if (kind === linkEdge) writer.endNumber();
    else writer.writeBytes(bytes, start, end, kind === markup);
  }
  writer.breakLine();
}

function writeTail(writer: Writer, pieces: Pieces, line: Line): void {
  for (const [start, end] of tailRanges(pieces, line)) writer.writeBytes(pieces.bytes, start, end, true);
  writer.breakLine();
}

function writeHead(writer: Writer, { bytes, cells }: Pieces, { first, last }: Line): void {
  let room = contextLength;
  for (let piece = first; piece < Math.min(last, first + contextPieces) && room > 0; piece++) {
    const start = cells[piece * 3] ?? 0;
    const end = Math.min(cells[piece * 3 + 1] ?? 0, start + room);
    room -= end - start;
    writer.writeBytes(bytes, start, end, true);
  }
  writer.breakLine();
}

function tailOf(pieces: Pieces, line: Line): string {
  const writer = createTextWriter();
  for (const [start, end] of tailRanges(pieces, line)) writer.writeBytes(pieces.bytes, start, end, true);
  return writer.finish().text;
}

/** The ranges of a line's last characters, in order. A range may begin within a character; no digit is made by that. */
function tailRanges({ cells }: Pieces, { first, last }: Line): [start: number, end: number][] {
  const ranges: [number, number][] = [];
  let room = contextLength;
  for (let piece = last - 1; piece >= Math.max(first, last - contextPieces) && room > 0; piece--) {
    const end = cells[piece * 3 + 1] ?? 0;
    const start = Math.max(cells[piece * 3] ?? 0, end - room);
    room -= end - start;
    ranges.unshift([start, end]);
  }
  return ranges;
}
