import { astralDigits, combining, foldedCodes } from '@numfleet/privacy/digits';
import { decodeHTML } from 'entities';
import { byteAt } from '../html/bytes.ts';
import {
  codeBeforeEnd,
  type FoldedText,
  giveBack,
  put,
  readSheet,
  type Sheet,
  takeSheet,
  textOfSheet,
} from './sheet.ts';

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
  /** Ends the writing; nothing can be written after it. */
  finish(): FoldedText;
};

const [newline, space, ampersand] = [0x0a, 0x20, 0x26];
const leastDigits = 7;
const longestNumber = 20;
const longestReference = 34;

export function createTextWriter(): TextWriter {
  const sheet = takeSheet();
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
      if (lastOf(sheet) !== newline) put(sheet, newline, sheet.place);
    },
    endNumber() {
      const digits = digitsAtEnd(sheet);
      if (digits > 0) put(sheet, digits < leastDigits ? space : newline, sheet.place);
    },
    finish() {
      const finished = readSheet(sheet);
      giveBack(sheet);
      return finished;
    },
  };
}

/** A value that stands by itself, folded. */
export function fold(value: string): string {
  if (value.length <= longestPlain && isPlain.test(value)) return value;
  const sheet = takeSheet();
  writeString(sheet, value, 0, 0);
  const folded = textOfSheet(sheet);
  giveBack(sheet);
  return folded;
}

/** The pattern below exhausts V8's stack on a value of 8 MiB, which a page may declare. */
const longestPlain = 1_000;
/** Printable ASCII without two spaces in a row. */
const isPlain = /^(?:[!-~]| (?! ))*$/;

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

/** A newline where there is none yet. */
function lastOf(sheet: Sheet): number {
  return codeBeforeEnd(sheet, 1);
}

function isMiddleDot(code: number): boolean {
  return code === 0xb7 || code === 0x2027 || code === 0x2219 || code === 0x2022 || code === 0x30fb;
}

/** Digits of the number that the text ends with; 0 where it ends with something else. */
function digitsAtEnd(sheet: Sheet): number {
  if (!isDigit(lastOf(sheet))) return 0;
  let digits = 0;
  for (let back = 1; back <= longestNumber; back++) {
    const code = codeBeforeEnd(sheet, back);
    if (isDigit(code)) digits += 1;
    else if (code === newline || code >= 0x3a) break;
  }
  return digits;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
