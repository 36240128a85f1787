import { Buffer } from 'node:buffer';
import { decodeHTML } from 'entities';
import { byteAt } from '../html/bytes.ts';
import { astralDigits, combining, foldedCodes } from './code-traits.ts';

/** Text in the plain characters that numbers are matched in, and where each of them stood in its source. */
export type FoldedText = Readonly<{ text: string; offsets: Int32Array }>;

/**
 * Gathers pieces of text, folded: every decimal digit of Unicode as ASCII, plus signs, dashes, brackets, full stops and
 * slashes in their plain form, odd spaces as a space, and without the characters that nobody sees (zero width, joiners,
 * direction marks, soft hyphens) or that only decorate a digit (keycaps, combining marks). Hyphens and dashes of the common
 * kinds stay, because the wide ones separate numbers. What merely resembles a digit (the letter O, superscripts) stays too.
 */
export type TextWriter = {
  /** White space becomes one space. `at` is the place of the text's first character in the source. */
  write(text: string, at: number): void;
  /** The same for a range of UTF-8, with its character references decoded where it is markup. */
  writeBytes(bytes: Uint8Array, start: number, end: number, isMarkup: boolean): void;
  /** Ends the line, where it has begun. */
  breakLine(): void;
  /** For the edges of links: a whole number ends there, so that two links side by side do not run together. */
  endNumber(): void;
  /** Ends the writing: what is written after it begins anew. */
  finish(): FoldedText;
};

const [newline, space, ampersand] = [0x0a, 0x20, 0x26];
const leastDigits = 7;
const longestNumber = 20;
const longestReference = 34;

export function createTextWriter(): TextWriter {
  let sheet = takeSheet();
  return {
    write: (text, at) => writeString(sheet, text, at, 0),
    writeBytes(bytes, start, end, isMarkup) {
      for (let at = start; at < end; ) {
        const code = byteAt(bytes, at);
        if (code < 0x80) {
          if (isMarkup && code === ampersand) at = writeReference(sheet, bytes, at, end);
          else putAscii(sheet, code, at++);
        } else {
          at = writeSequence(sheet, bytes, at);
        }
      }
    },
    breakLine() {
      if (sheet.length > 0 && lastOf(sheet) !== newline) put(sheet, newline, sheet.offsets[sheet.length - 1] ?? 0);
    },
    endNumber() {
      const digits = digitsAtEnd(sheet);
      if (digits > 0) put(sheet, digits < leastDigits ? space : newline, sheet.offsets[sheet.length - 1] ?? 0);
    },
    finish() {
      const finished = { text: stringOf(sheet), offsets: sheet.offsets.slice(0, sheet.length) };
      giveBack(sheet);
      sheet = { codes: new Uint16Array(0), offsets: new Int32Array(0), length: 0 };
      return finished;
    },
  };
}

/** A value that stands by itself, folded. */
export function fold(value: string): string {
  if (value.length <= longestPlain && isPlain.test(value)) return value;
  const sheet = takeSheet();
  writeString(sheet, value, 0, 0);
  const folded = stringOf(sheet);
  giveBack(sheet);
  return folded;
}

/** The pattern below exhausts V8's stack on a value of 8 MiB, which a page may declare. */
const longestPlain = 1_000;
/** Printable ASCII without two spaces in a row. */
const isPlain = /^(?:[!-~]| (?! ))*$/;

type Sheet = { codes: Uint16Array; offsets: Int32Array; length: number };

/** Sheets of finished writers, for the next: memory for a short text costs more than to write it. */
const spareSheets: Sheet[] = [];
const mostSpare = 4;
const [smallestSheet, largestSpare] = [1_024, 2 ** 17];

function takeSheet(): Sheet {
  const spare = spareSheets.pop();
  return spare ?? { codes: new Uint16Array(smallestSheet), offsets: new Int32Array(smallestSheet), length: 0 };
}

function giveBack(sheet: Sheet): void {
  sheet.length = 0;
  if (spareSheets.length < mostSpare && sheet.codes.length <= largestSpare) spareSheets.push(sheet);
}

/** `shift` is how much longer the source is up to the second character than the text. */
function writeString(sheet: Sheet, text: string, at: number, shift: number): void {
  for (let index = 0; index < text.length; ) {
    const offset = index === 0 ? at : at + index + shift;
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      putAscii(sheet, unit, offset);
      index += 1;
      continue;
    }
    const code = text.codePointAt(index) ?? 0;
    writeCode(sheet, code, offset);
    index += code > 0xffff ? 2 : 1;
  }
}

/** One sequence of UTF-8, which ends where the next begins; gives its end. What is malformed stands as U+FFFD. */
function writeSequence(sheet: Sheet, bytes: Uint8Array, at: number): number {
  const lead = byteAt(bytes, at);
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  let code = length === 4 ? lead & 0x07 : length === 3 ? lead & 0x0f : lead & 0x1f;
  let next = at + 1;
  for (; next < at + length && (byteAt(bytes, next) & 0xc0) === 0x80; next++)
    code = (code << 6) | (byteAt(bytes, next) & 0x3f);
  writeCode(sheet, length === 1 || next < at + length || code > 0x10ffff ? 0xfffd : code, at);
  return next;
}

/** `&` and what could belong to a reference after it, which has a bound; gives the end of that. */
function writeReference(sheet: Sheet, bytes: Uint8Array, at: number, end: number): number {
  let raw = '&';
  let next = at + 1;
  for (; next < end && next < at + longestReference; next++) {
    const code = byteAt(bytes, next);
    const lower = code | 0x20;
    if (!((code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a) || code === 0x23 || code === 0x3b)) break;
    raw += String.fromCharCode(code);
    if (code !== 0x3b) continue;
    next += 1;
    break;
  }
  const decoded = decodeHTML(raw);
  writeString(sheet, decoded, at, raw.length - decoded.length);
  return next;
}

/** One character beyond ASCII. */
function writeCode(sheet: Sheet, code: number, at: number): void {
  if (code > 0xffff) {
    const digit = astralDigits.get(code);
    if (digit !== undefined) put(sheet, digit, at);
    else if (code < 0xe0000 || code > 0xe0fff) for (const half of halvesOf(code)) put(sheet, half, at);
    return;
  }
  if (combining[code] === 1 && isDigit(lastOf(sheet))) return;
  const folded = isMiddleDot(code) && isDigit(lastOf(sheet)) ? 0x2e : (foldedCodes[code] ?? code);
  if (folded !== 0) put(sheet, folded, at);
}

function halvesOf(code: number): [number, number] {
  return [0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff)];
}

function putAscii(sheet: Sheet, code: number, at: number): void {
  if (code > space) put(sheet, code, at);
  else if (code === space || (code >= 0x09 && code <= 0x0d && code !== 0x0b)) {
    const last = lastOf(sheet);
    if (last !== space && last !== newline) put(sheet, space, at);
  }
}

function put(sheet: Sheet, code: number, at: number): void {
  if (sheet.length === sheet.codes.length) grow(sheet);
  sheet.codes[sheet.length] = code;
  sheet.offsets[sheet.length] = at;
  sheet.length += 1;
}

function grow(sheet: Sheet): void {
  const { codes, offsets } = sheet;
  const room = Math.max(smallestSheet, codes.length * 2);
  sheet.codes = new Uint16Array(room);
  sheet.codes.set(codes);
  sheet.offsets = new Int32Array(room);
  sheet.offsets.set(offsets);
}

/** A newline where there is none yet. */
function lastOf({ codes, length }: Sheet): number {
  return length === 0 ? newline : (codes[length - 1] ?? 0);
}

function isMiddleDot(code: number): boolean {
  return code === 0xb7 || code === 0x2027 || code === 0x2219 || code === 0x2022 || code === 0x30fb;
}

/** Digits of the number that the text ends with; 0 where it ends with something else. */
function digitsAtEnd(sheet: Sheet): number {
  if (!isDigit(lastOf(sheet))) return 0;
  let digits = 0;
  for (let index = sheet.length - 1; index >= Math.max(0, sheet.length - longestNumber); index--) {
    const code = sheet.codes[index] ?? 0;
    if (isDigit(code)) digits += 1;
    else if (code === newline || code >= 0x3a) break;
  }
  return digits;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const chunk = 8_192;
const latin1 = Buffer.alloc(chunk);

function stringOf({ codes, length }: Sheet): string {
  let text = '';
  for (let from = 0; from < length; from += chunk) text += chunkOf(codes, from, Math.min(length, from + chunk));
  return text;
}

/** Most text is Latin, and `fromCharCode` takes eight bytes for each of its arguments. */
function chunkOf(codes: Uint16Array, from: number, to: number): string {
  for (let at = from; at < to; at++) {
    const code = codes[at] ?? 0;
    if (code > 0xff) return String.fromCharCode.apply(null, codes.subarray(from, to) as unknown as number[]);
    latin1[at - from] = code;
  }
  return latin1.toString('latin1', 0, to - from);
}
