import { byteAt, hasTextAt, textOf } from '../html/bytes.ts';
import { scriptByte, scriptBytes } from './script-bytes.ts';

/** Takes a string, or a piece of a template between its `${…}`, without its quotes. */
export type OnLiteral = (start: number, end: number) => void;

/**
 * Reads the string and template literals of JavaScript or JSON that have digits enough for a number close together, by its tokens: never what stands in a comment or a regular
 * expression. It takes any input: what is no JavaScript yields what looks like its strings. Written by hand because
 * tokenizers of npm refuse 3 % of real scripts (acorn) and are 5 to 8 times slower.
 */
export function readStringLiterals(bytes: Uint8Array, from: number, end: number, onLiteral: OnLiteral): void {
  const last = endOfCloseDigits(bytes, from, end);
  const scan: Scan = {
    bytes,
    end,
    onLiteral,
    at: from,
    beforeValue: true,
    word: -1,
    noPatternBefore: from,
    braces: [],
  };
  while (scan.at < last) {
    const code = bytes[scan.at] ?? 0;
    const bits = scriptBytes[code] ?? 0;
    if ((bits & scriptByte.word) !== 0) readWord(scan);
    else if ((bits & scriptByte.token) !== 0) readToken(scan, code);
    else {
      if (code > 0x20) setAfter(scan, code !== 0x29 && code !== 0x5d);
      scan.at += 1;
    }
  }
}

/** Where the last digits end that are enough and stand together; `from` where none do. Two thirds of real scripts have none. */
function endOfCloseDigits(bytes: Uint8Array, from: number, end: number): number {
  let digits = 0;
  let last = end;
  let previous = end;
  for (let at = end - 1; at >= from; at--) {
    if (((scriptBytes[bytes[at] ?? 0] ?? 0) & scriptByte.digit) === 0) continue;
    if (digits === 0 || previous - at > widestGap + 1) {
      digits = 0;
      last = at + 1;
    }
    digits += 1;
    previous = at;
    if (digits >= leastDigits) return last;
  }
  return from;
}

type Scan = {
  bytes: Uint8Array;
  end: number;
  onLiteral: OnLiteral;
  at: number;
  /** Whether a value may begin here, so that a slash begins a regular expression; after a word that depends on it. */
  beforeValue: boolean;
  /** Where the word begins that the scan is right after; -1 where it is after something else. */
  word: number;
  /** Up to here the line was searched in vain for the end of a regular expression. */
  noPatternBefore: number;
  /** For every template that is open, the braces that are open in its `${…}`. */
  braces: number[];
};

const [openingBrace, closingBrace] = [0x7b, 0x7d];
const [slash, backslash, newline, star, lessThan] = [0x2f, 0x5c, 0x0a, 0x2a, 0x3c];
const mostTemplates = 64;

/** Digits of one number, and how much may stand between two of them; one beyond ASCII is up to four bytes. */
const leastDigits = 7;
const widestGap = 6;

/** Ends at the quote, or at the end of the line, where the string was left open. */
function readString(scan: Scan, mark: number): void {
  const { bytes, end } = scan;
  const start = scan.at + 1;
  let at = start;
  let digits = 0;
  // Where the last digit was; an escape counts as one character.
  let previous = start;
  for (; at < end; at++) {
    const code = bytes[at] ?? 0;
    const bits = (scriptBytes[code] ?? 0) & countedInString;
    if (bits === 0) continue;
    if ((bits & scriptByte.digit) !== 0) {
      if (digits < leastDigits) digits = at - previous > widestGap + 1 ? 1 : digits + 1;
      previous = at;
    } else if ((bits & scriptByte.letter) !== 0) {
      if (digits < leastDigits) digits = 0;
    } else {
      if (code === mark || code === newline) break;
      if (code !== backslash) continue;
      at += 1;
      previous += 1;
    }
  }
  const stop = Math.min(at, end);
  scan.at = stop + 1;
  setAfter(scan, false);
  if (digits >= leastDigits) scan.onLiteral(start, stop);
}

const countedInString = scriptByte.digit | scriptByte.letter | scriptByte.quote | scriptByte.special;

function readTemplate(scan: Scan): void {
  const { bytes, end } = scan;
  const start = scan.at + 1;
  let at = start;
  let digits = 0;
  for (; at < end; at++) {
    const code = bytes[at] ?? 0;
    if (code === 0x60) break;
    if (code === 0x24 && byteAt(bytes, at + 1) === openingBrace) break;
    if (code === backslash) at += 1;
    else digits += (scriptBytes[code] ?? 0) & scriptByte.digit;
  }
  const stop = Math.min(at, end);
  const isOpen = stop < end && byteAt(bytes, stop) !== 0x60;
  if (isOpen && scan.braces.length < mostTemplates) scan.braces.push(0);
  scan.at = stop + (isOpen ? 2 : 1);
  setAfter(scan, isOpen);
  if (digits >= leastDigits) scan.onLiteral(start, stop);
}

function readToken(scan: Scan, code: number): void {
  const { bytes, braces } = scan;
  const depth = braces.length - 1;
  if (code === slash) readSlash(scan);
  else if (code === 0x60) readTemplate(scan);
  else if (code === openingBrace || code === closingBrace) {
    if (code === closingBrace && braces[depth] === 0) {
      braces.pop();
      readTemplate(scan);
      return;
    }
    if (depth >= 0) braces[depth] = (braces[depth] ?? 0) + (code === openingBrace ? 1 : -1);
    setAfter(scan, true);
    scan.at += 1;
  } else if (code !== lessThan) readString(scan, code);
  else if (hasTextAt(bytes, scan.at, '<!--')) skipLine(scan);
  else {
    setAfter(scan, true);
    scan.at += 1;
  }
}

function readSlash(scan: Scan): void {
  const next = byteAt(scan.bytes, scan.at + 1);
  if (next === slash) skipLine(scan);
  else if (next === star) skipComment(scan);
  else if (isBeforeValue(scan) && scan.at >= scan.noPatternBefore && skipPattern(scan)) setAfter(scan, false);
  else {
    scan.at += 1;
    setAfter(scan, true);
  }
}

function skipLine(scan: Scan): void {
  // Not by indexOf, which would search beyond the script: a page of scripts without line breaks took quadratic time.
  while (scan.at < scan.end && byteAt(scan.bytes, scan.at) !== newline) scan.at += 1;
}

function skipComment(scan: Scan): void {
  const { bytes, end } = scan;
  let at = scan.at + 3;
  while (at < end && (byteAt(bytes, at) !== slash || byteAt(bytes, at - 1) !== star)) at += 1;
  scan.at = Math.min(end, at + 1);
}

function skipPattern(scan: Scan): boolean {
  const { bytes, end } = scan;
  let isInClass = false;
  for (let at = scan.at + 1; at < end; at++) {
    const code = byteAt(bytes, at);
    if (code === newline) {
      scan.noPatternBefore = at;
      return false;
    }
    if (code === backslash) at += 1;
    else if (code === 0x5b) isInClass = true;
    else if (code === 0x5d) isInClass = false;
    else if (code === slash && !isInClass) {
      scan.at = at + 1;
      return true;
    }
  }
  scan.noPatternBefore = end;
  return false;
}

const longestKeyword = 10;
const beforeValues = new Set(
  'await case delete do else in instanceof new of return throw typeof void yield'.split(' '),
);

function readWord(scan: Scan): void {
  const { bytes, end } = scan;
  scan.word = scan.at;
  let at = scan.at;
  while (at < end && ((scriptBytes[bytes[at] ?? 0] ?? 0) & scriptByte.word) !== 0) at += 1;
  scan.at = at;
}

/** The word is looked at only where it matters: words are half of a script, and slashes after them are few. */
function isBeforeValue({ bytes, word, beforeValue }: Scan): boolean {
  if (word === -1) return beforeValue;
  let end = word;
  while (((scriptBytes[byteAt(bytes, end)] ?? 0) & scriptByte.word) !== 0 && end - word <= longestKeyword) end += 1;
  return beforeValues.has(textOf(bytes, word, end));
}

function setAfter(scan: Scan, beforeValue: boolean): void {
  scan.beforeValue = beforeValue;
  scan.word = -1;
}

/** What the escapes of a literal stand for. By pieces, since a replacer that is called for each takes three times as long. */
export function unescapeLiteral(text: string): string {
  let at = text.indexOf('\\');
  if (at === -1) return text;
  let plain = '';
  let from = 0;
  for (; at !== -1 && at + 1 < text.length; at = text.indexOf('\\', from)) {
    plain += text.slice(from, at);
    from = at + 2;
    const escaped = text.charAt(at + 1);
    if (escaped === 'u' || escaped === 'x' || escaped === 'U' || escaped === 'X') {
      escapeOfCode.lastIndex = at;
      const [whole, long, four, two] = escapeOfCode.exec(text) ?? [];
      if (whole === undefined) {
        plain += escaped;
        continue;
      }
      from = at + whole.length;
      const code = Number.parseInt(long ?? four ?? two ?? '', 16);
      if (code <= 0x10ffff) plain += String.fromCodePoint(code);
    } else if (escaped === '\r' && text.charAt(from) === '\n') from += 1;
    else if (escaped !== '\n') plain += 'nrtfvb0'.includes(escaped) ? ' ' : escaped;
  }
  return plain + text.slice(from);
}

const escapeOfCode = /\\(?:u\{([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2}))/iy;
