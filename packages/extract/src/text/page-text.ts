import { codeTrait } from './code-traits.ts';
import { createTextWriter, type TextWriter } from './folded-text.ts';
import type { FoldedText } from './sheet.ts';

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
  const current: Line & { digits: number; isWritten: boolean } = { first: 0, last: 0, digits: 0, isWritten: false };
  // The two lines before this one, as long as they were not written: lines that end where they begin stand for none.
  const before: [Line, Line] = [
    { first: 0, last: 0 },
    { first: 0, last: 0 },
  ];
  let isAfterNumber = false;
  const beginWriting = (): void => {
    for (const line of before) {
      if (line.last > line.first) writeTail(writer, pieces, line);
      line.last = line.first;
    }
    writePieces(writer, pieces, current.first);
    current.isWritten = true;
  };
  const endLine = (): void => {
    if (pieces.length === current.first) return;
    current.last = pieces.length;
    if (current.isWritten) {
      writer.breakLine();
      pieces.length = 0;
    } else {
      if (isAfterNumber) writeHead(writer, pieces, current);
      copyLine(before[1], before[0]);
      copyLine(current, before[1]);
      if (pieces.length > mostKept) compact(pieces, before);
    }
    isAfterNumber = current.isWritten;
    current.first = pieces.length;
    current.digits = 0;
    current.isWritten = false;
  };
  return {
    add(start, end, digits, marks, isPlain) {
      if ((marks & (codeTrait.visible | codeTrait.foldable)) === 0 && pieces.length === current.first) return;
      const kind = (marks & codeTrait.reference) !== 0 && !isPlain ? markup : plain;
      // A page of less-than signs comes in pieces of one byte, of which twelve would be kept.
      if (pieces.length > current.first && follows(pieces, start, kind)) pieces.cells[pieces.length * 3 - 2] = end;
      else push(pieces, start, end, kind);
      current.digits += digits;
      if (current.isWritten) writer.writeBytes(bytes, start, end, kind === markup);
      else if (current.digits >= leastDigits) beginWriting();
      if (pieces.length - current.first > mostKept) shorten(pieces, current.first);
    },
    breakLine: endLine,
    endNumber() {
      if (current.digits === 0) return;
      push(pieces, 0, 0, linkEdge);
      if (current.isWritten) writer.endNumber();
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

type Line = { first: number; last: number };
/** Three cells a piece: start, end, kind. */
type Pieces = { bytes: Uint8Array; cells: Int32Array; length: number };

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
}

/** Of a line of thousands of pieces the beginning and the end are enough: what is written needs no more than its context. */
function shorten(pieces: Pieces, first: number): void {
  pieces.cells.copyWithin((first + contextPieces) * 3, (pieces.length - mostKept / 2) * 3, pieces.length * 3);
  pieces.length = first + contextPieces + mostKept / 2;
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

function writePieces(writer: TextWriter, { bytes, cells, length }: Pieces, first: number): void {
  for (let piece = first; piece < length; piece++) {
    const start = cells[piece * 3] ?? 0;
    const end = cells[piece * 3 + 1] ?? 0;
    const kind = cells[piece * 3 + 2];
    if (kind === linkEdge) writer.endNumber();
    else writer.writeBytes(bytes, start, end, kind === markup);
  }
}

/** A line's last characters. They may begin within a character; no digit is made by that. */
function writeTail(writer: TextWriter, { bytes, cells }: Pieces, { first, last }: Line): void {
  let piece = last;
  let room = contextLength;
  while (piece > Math.max(first, last - contextPieces) && room > 0) {
    piece -= 1;
    room -= (cells[piece * 3 + 1] ?? 0) - (cells[piece * 3] ?? 0);
  }
  for (let cut = Math.max(0, -room); piece < last; piece++, cut = 0) {
    writer.writeBytes(bytes, (cells[piece * 3] ?? 0) + cut, cells[piece * 3 + 1] ?? 0, true);
  }
  writer.breakLine();
}

function writeHead(writer: TextWriter, { bytes, cells }: Pieces, { first, last }: Line): void {
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
  writeTail(writer, pieces, line);
  return writer.finish().text;
}
