import { textOf } from '../html/bytes.ts';
import { readStringLiterals, unescapeLiteral } from '../script/string-literals.ts';
import { codeTrait, codeTraits } from '../text/code-traits.ts';
import type { TextWriter } from '../text/folded-text.ts';

const longestLiteral = 65_536;
const nameLength = 40;

/** How the contents of a `<script>` are to be read, by its type (HTML standard §4.12.1). */
export function kindOfScript(type: string | null): 'script' | 'json' | 'json-ld' | 'vcard' | 'data' {
  if (type === null || type === 'text/javascript') return 'script';
  const essence = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (essence === 'application/ld+json') return 'json-ld';
  if (/^text\/(?:x-)?(?:vcard|directory)$/.test(essence)) return 'vcard';
  if (/^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(essence)) return 'json';
  // Optimisers rename the types of scripts that they delay: `<hex>-text/javascript`, `rocketlazyloadscript`.
  return essence === '' || /(?:java|ecma)script$|^module$|lazyloadscript$/.test(essence) ? 'script' : 'data';
}

/**
 * Writes what of the string literals may be a number, a line each, with what stands around it, or with the name that the
 * literal is given where it begins with it: `phone: +44 …`. The rest of a literal, which may be a whole page, is left out.
 */
export function readScript(bytes: Uint8Array, from: number, to: number, writer: TextWriter): void {
  readStringLiterals(bytes, from, to, (start, end) => {
    const text = unescapeLiteral(textOf(bytes, start, Math.min(end, start + longestLiteral)));
    let written = 0;
    forEachLikeNumber(text, (first, last) => {
      const begin = Math.max(written, first - reachBefore);
      if (begin === 0) writer.write(nameBefore(bytes, from, start - 1), start);
      written = last + reachAfter;
      writer.write(text.slice(begin, written), start + begin);
      writer.breakLine();
    });
  });
}

const [reachBefore, reachAfter] = [48, 24];

/** Digits that stand together but for what people write between them. By hand: a pattern takes a microsecond. */
function forEachLikeNumber(text: string, take: (first: number, last: number) => void): void {
  for (let from = 0, at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    const last = endOfLikeNumber(text, at);
    if (last - at > leastBetween) {
      let first = at;
      if (first > from && text.charAt(first - 1) === '(') first -= 1;
      if (first > from && text.charAt(first - 1) === '+') first -= 1;
      take(first, last);
      from = last;
    }
    at = last - 1;
  }
}

const [leastBetween, mostBetween] = [5, 60];

function endOfLikeNumber(text: string, digit: number): number {
  const most = Math.min(text.length, digit + 1 + mostBetween);
  let at = digit + 1;
  while (at < most && isPart(text.charCodeAt(at))) at += 1;
  return at;
}

/** Of any script; the first half of one beyond U+FFFF. */
function isDigit(code: number): boolean {
  return code < 0x80 ? code >= 0x30 && code <= 0x39 : ((codeTraits[code] ?? 0) & codeTrait.digit) !== 0;
}

function isPart(code: number): boolean {
  // Digits, full stop, slash and hyphen; space; brackets.
  if (code < 0x80) return (code >= 0x2d && code <= 0x39) || code === 0x20 || code === 0x28 || code === 0x29;
  return ((codeTraits[code] ?? 0) & codeTrait.foldable) !== 0 || (code >= 0xdc00 && code < 0xe000);
}

/** `phone: ` before `"phone": "…`, and the like. By hand: a pattern that is anchored at its end takes a microsecond. */
function nameBefore(bytes: Uint8Array, from: number, quote: number): string {
  const least = Math.max(from, quote - nameLength);
  const mark = beforeSpaces(bytes, least, quote) - 1;
  if (mark < least || !isOneOf(bytes[mark], ':=(,')) return '';
  let end = beforeSpaces(bytes, least, mark);
  for (let closing = 0; closing < 2 && end > least && isOneOf(bytes[end - 1], '"\'])'); closing++) end -= 1;
  let start = end;
  for (let at = end - 1; at >= least && isNamePart(bytes[at] ?? 0); at--) if (isLetter(bytes[at] ?? 0)) start = at;
  if (start === end) return '';
  const name = textOf(bytes, start, end);
  return `${name.replace(/[a-z](?=[A-Z])/g, '$& ').replace(/[\d_.-]+/g, ' ')}: `;
}

function beforeSpaces(bytes: Uint8Array, least: number, end: number): number {
  let at = end;
  while (at > least && isSpace(bytes[at - 1] ?? 0)) at -= 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function isOneOf(code: number | undefined, characters: string): boolean {
  return code !== undefined && characters.includes(String.fromCharCode(code));
}

function isNamePart(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2e || code === 0x2d;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
