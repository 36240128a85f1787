import type { AttributeSlots } from './attributes.ts';
import { hashStep } from './names.ts';
import { type Tag, tagAt } from './tags.ts';

/** How far a tag was read. */
export type TagPlace = { at: number; isSelfClosing: boolean };

const [greaterThan, slash, equals, quote, apostrophe] = [0x3e, 0x2f, 0x3d, 0x22, 0x27];

/** What a byte is between the brackets of a tag; one look at a table for the comparisons of every character. */
const space = 1;
const endsName = 2;
const endsAttributeName = 4;
const tagBytes = new Uint8Array(256);
for (const code of [0x20, 0x0a, 0x09, 0x0d, 0x0c]) tagBytes[code] = space | endsName | endsAttributeName;
for (const code of [greaterThan, slash]) tagBytes[code] = endsName | endsAttributeName;
tagBytes[equals] = endsAttributeName;

/** Reads a tag's name from its first letter on, and leaves `place` after it. */
export function readTagName(bytes: Uint8Array, start: number, place: TagPlace): Tag {
  const length = bytes.length;
  let hash = 0;
  let at = start;
  for (; at < length; at++) {
    const code = bytes[at] ?? 0;
    if (((tagBytes[code] ?? 0) & endsName) !== 0) break;
    hash = hashStep(hash, code);
  }
  place.at = at;
  return tagAt(bytes, start, at, hash);
}

/** Reads up to the tag's `>` and says whether it came; without it the page's end cuts the tag off. */
export function readAttributes(bytes: Uint8Array, place: TagPlace, attributes: AttributeSlots): boolean {
  const length = bytes.length;
  let at = place.at;
  while (at < length) {
    let code = bytes[at] ?? 0;
    place.isSelfClosing = false;
    while ((code === slash || isSpace(code)) && ++at < length) {
      place.isSelfClosing = code === slash;
      code = bytes[at] ?? 0;
    }
    if (at >= length) break;
    if (code === greaterThan) {
      place.at = at + 1;
      return true;
    }
    at = readAttribute(bytes, at, attributes);
  }
  place.at = length;
  return false;
}

/** Reads one attribute and gives the place after it. */
function readAttribute(bytes: Uint8Array, nameStart: number, attributes: AttributeSlots): number {
  const length = bytes.length;
  // A `=` that a name begins with is part of it.
  let hash = hashStep(0, bytes[nameStart] ?? 0);
  let at = nameStart + 1;
  for (; at < length; at++) {
    const code = bytes[at] ?? 0;
    if (((tagBytes[code] ?? 0) & endsAttributeName) !== 0) break;
    hash = hashStep(hash, code);
  }
  const nameEnd = at;
  at = afterSpaces(bytes, at);
  if (at >= length || bytes[at] !== equals) {
    attributes.add(nameStart, nameEnd, hash, nameEnd, nameEnd);
    return at;
  }
  at = afterSpaces(bytes, at + 1);
  const first = at < length ? bytes[at] : 0;
  if (first === quote || first === apostrophe) {
    const start = at + 1;
    const near = Math.min(length, start + longestByHand);
    for (at = start; at < near && bytes[at] !== first; ) at += 1;
    if (at === near && at < length) at = indexOrEnd(bytes, first, at);
    attributes.add(nameStart, nameEnd, hash, start, at);
    return at + 1;
  }
  const start = at;
  for (; at < length; at++) {
    const code = bytes[at] ?? 0;
    if (code === greaterThan || isSpace(code)) break;
  }
  attributes.add(nameStart, nameEnd, hash, start, at);
  return at;
}

/** A search costs as much as this many characters by hand. */
const longestByHand = 64;

function indexOrEnd(bytes: Uint8Array, code: number, from: number): number {
  const found = bytes.indexOf(code, from);
  return found === -1 ? bytes.length : found;
}

function afterSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at] ?? 0)) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return ((tagBytes[code] ?? 0) & space) !== 0;
}
