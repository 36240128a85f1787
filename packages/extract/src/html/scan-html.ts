import { byteTraits } from '../text/byte-traits.ts';
import { type AttributeSlots, type Attributes, createAttributes } from './attributes.ts';
import { byteAt, hasTextAt } from './bytes.ts';
import { findRawTextEnd, findScriptEnd } from './raw-text.ts';
import { readAttributes, readTagName, type TagPlace } from './read-tag.ts';
import { hasTrait, type Tag, tagNamed, traits } from './tags.ts';

/**
 * What is told of a page. The functions take their state and are the same for all pages: those made anew for each page had V8
 * deoptimise the reading of text about 60 times in 510 pages.
 */
export type HtmlListener<State> = {
  /** `attributes` hold until the next tag. `closed` is a self-closing tag of SVG or MathML, which gets no `closeTag`. */
  openTag(state: State, tag: Tag, attributes: Attributes, closed: boolean, offset: number): void;
  closeTag(state: State, tag: Tag): void;
  /**
   * A range of the page that is text. `marks` are the `byteTraits` of its characters together; `digits` counts those that
   * are, and character references, which may be. References are not decoded, unless `isPlain`: then `&` is itself.
   */
  text(state: State, start: number, end: number, digits: number, marks: number, isPlain: boolean): void;
  /** The contents of `<script>`, `<style>` and the like, after their `openTag` and before their `closeTag`. */
  rawText(state: State, tag: Tag, start: number, end: number): void;
};

/**
 * One pass over a page by the tokenizer of the HTML standard (§13.2.5). It builds no tree: elements are not paired, and whoever
 * listens keeps what it needs of their nesting. It knows of tree construction what changes the reading of characters: raw
 * text, and where SVG and MathML begin and end. Every character is looked at a bounded number of times.
 */
export function scanHtml<State>(
  bytes: Uint8Array,
  listener: HtmlListener<State>,
  state: State,
  isScripting = false,
): void {
  const scan: Scan<State> = {
    bytes,
    listener,
    state,
    attributes: createAttributes(bytes),
    at: 0,
    foreign: 0,
    place: { at: 0, isSelfClosing: false },
    isScripting,
  };
  const length = bytes.length;
  while (scan.at < length) {
    if (byteAt(bytes, scan.at) === lessThan && readMarkup(scan)) continue;
    readText(scan);
  }
}

type Scan<State = unknown> = {
  bytes: Uint8Array;
  listener: HtmlListener<State>;
  state: State;
  attributes: AttributeSlots;
  at: number;
  /** How deep we are in SVG or MathML; an integration point within counts as HTML and is not told from it. */
  foreign: number;
  /** In the tag that is being read. */
  place: TagPlace;
  isScripting: boolean;
};

const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const dash = 0x2d;
const [script, noscript, plaintext, xmp] = ['script', 'noscript', 'plaintext', 'xmp'].map(tagNamed);

/** Reads characters up to the next `<`; the one that it begins at is text whatever it is. */
function readText(scan: Scan): void {
  const { bytes } = scan;
  const start = scan.at;
  const length = bytes.length;
  let digits = 0;
  let marks = byteTraits[bytes[start] ?? 0] ?? 0;
  digits += marks & 1;
  let at = start + 1;
  for (; at < length; at++) {
    const code = bytes[at] ?? 0;
    if (code === lessThan) break;
    const bits = byteTraits[code] ?? 0;
    marks |= bits;
    digits += bits & 1;
  }
  scan.at = at;
  scan.listener.text(scan.state, start, at, digits, marks, false);
}

/** Reads what begins with `<`; false where that is text. */
function readMarkup(scan: Scan): boolean {
  const { bytes, at } = scan;
  const code = byteAt(bytes, at + 1);
  if (isLetter(code)) readTag(scan, at + 1, true);
  else if (code === slash) return readEndTag(scan);
  else if (code === 0x21) readDeclaration(scan);
  else if (code === 0x3f) scan.at = after(bytes, bytes.indexOf(greaterThan, at));
  else return false;
  return true;
}

function readEndTag(scan: Scan): boolean {
  const { bytes, at } = scan;
  const code = byteAt(bytes, at + 2);
  if (at + 2 >= bytes.length) return false;
  if (isLetter(code)) readTag(scan, at + 2, false);
  else scan.at = after(bytes, bytes.indexOf(greaterThan, at + 2));
  return true;
}

function readDeclaration(scan: Scan): void {
  const { bytes, at } = scan;
  if (hasTextAt(bytes, at + 2, '--')) {
    scan.at = commentEnd(bytes, at + 4);
  } else if (scan.foreign > 0 && isCdata(bytes, at + 2)) {
    const end = cdataEnd(bytes, at + 9);
    scan.at = Math.min(bytes.length, end + 3);
    tellText(scan, at + 9, end, true);
  } else {
    scan.at = after(bytes, bytes.indexOf(greaterThan, at + 2));
  }
}

function after(bytes: Uint8Array, found: number): number {
  return found === -1 ? bytes.length : found + 1;
}

function isCdata(bytes: Uint8Array, at: number): boolean {
  return hasTextAt(bytes, at, '[cdata[') && byteAt(bytes, at + 1) === 0x43;
}

function cdataEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(greaterThan, from + 2); at !== -1; at = bytes.indexOf(greaterThan, at + 1)) {
    if (hasTextAt(bytes, at - 2, ']]')) return at - 2;
  }
  return bytes.length;
}

/** `<!-->`, `<!--->`, `-->` and `--!>` end a comment. */
function commentEnd(bytes: Uint8Array, from: number): number {
  if (byteAt(bytes, from) === greaterThan) return from + 1;
  if (hasTextAt(bytes, from, '->')) return from + 2;
  for (let at = bytes.indexOf(dash, from); at !== -1; at = bytes.indexOf(dash, at + 1)) {
    if (byteAt(bytes, at + 1) !== dash) continue;
    if (byteAt(bytes, at + 2) === greaterThan) return at + 3;
    if (byteAt(bytes, at + 2) === 0x21 && byteAt(bytes, at + 3) === greaterThan) return at + 4;
  }
  return bytes.length;
}

/** A tag that the page's end cuts off is none (§13.2.5.8 and after, "eof-in-tag"). */
function readTag(scan: Scan, nameStart: number, isOpening: boolean): void {
  const { bytes, place } = scan;
  const offset = scan.at;
  const tag = readTagName(bytes, nameStart, place);
  scan.attributes.clear();
  const isWhole = readAttributes(bytes, place, scan.attributes);
  scan.at = place.at;
  if (!isWhole) return;
  if (isOpening) openTag(scan, tag, offset);
  else closeTag(scan, tag);
}

function openTag(scan: Scan, tag: Tag, offset: number): void {
  if (hasTrait(tag, traits.breaksOut)) scan.foreign = 0;
  const closed = scan.place.isSelfClosing && (scan.foreign > 0 || hasTrait(tag, traits.foreign));
  const isHtml = scan.foreign === 0;
  if (!closed && hasTrait(tag, traits.foreign)) scan.foreign += 1;
  scan.listener.openTag(scan.state, tag, scan.attributes, closed, offset);
  if (isHtml && hasTrait(tag, traits.raw | traits.reference)) readContents(scan, tag);
  else if (scan.isScripting && isHtml && tag === noscript) readContents(scan, tag);
}

function closeTag(scan: Scan, tag: Tag): void {
  if (hasTrait(tag, traits.foreign)) scan.foreign = Math.max(0, scan.foreign - 1);
  scan.listener.closeTag(scan.state, tag);
}

/** Reads up to the end tag, which is then read as any other. */
function readContents(scan: Scan, tag: Tag): void {
  const { bytes, at: start } = scan;
  const { end } =
    tag === plaintext
      ? { end: bytes.length }
      : tag === script
        ? findScriptEnd(bytes, start)
        : findRawTextEnd(bytes, tag.name, start);
  scan.at = end;
  if (hasTrait(tag, traits.reference)) tellText(scan, start, end, false);
  else if (tag === xmp || tag === plaintext) tellText(scan, start, end, true);
  else scan.listener.rawText(scan.state, tag, start, end);
}

function tellText({ bytes, listener, state }: Scan, start: number, end: number, isPlain: boolean): void {
  if (start >= end) return;
  let digits = 0;
  let marks = 0;
  for (let at = start; at < end; at++) {
    const bits = byteTraits[byteAt(bytes, at)] ?? 0;
    marks |= bits;
    digits += bits & 1;
  }
  listener.text(state, start, end, digits, marks, isPlain);
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
