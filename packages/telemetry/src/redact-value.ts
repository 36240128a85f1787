import { mayHoldNumber, redactText } from '@numfleet/privacy';
import { describeError } from './describe-error.ts';
import { type LogKind, logKinds } from './names.ts';

/** What redaction did to one log line. */
export interface Redaction {
  /** Stretches replaced by `[phone]`. */
  count: number;
}

/** Plain data that any serialiser can print, without getters, cycles or prototypes. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

const maxDepth = 6;
const maxEntries = 50;
const maxTextLength = 8_192;

/**
 * A copy of anything at all as bounded plain data, in which what could be a number or is a credential is replaced (I3,
 * G13). Never throws: an object whose getters do becomes `[unreadable]`.
 */
export function redactValue(value: unknown, redaction: Redaction, kind: LogKind = 'text'): Plain {
  return redactAny(value, kind, { redaction, path: [] });
}

/**
 * The same for the fields of a log line: an object in gives an object out. Nearly all have keys of ours and values that are no
 * objects, which a copy in one pass is enough for: what is left is an eighth of the time of a line.
 */
export function redactFields(fields: object, redaction: Redaction): Record<string, Plain> {
  const flat = copyFlat(fields);
  if (flat !== null) return flat;
  const plain = redactValue(fields, redaction);
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? plain : { value: plain };
}

/** What `redactValue` makes of fields in which it finds nothing to replace; null for others, and for all that is not flat. */
function copyFlat(fields: object): Record<string, Plain> | null {
  const copy = copyPlain(fields);
  if (copy === null) return null;
  for (const key in copy) {
    const kind = kindsByKey.get(key);
    const value = copy[key];
    if (kind === undefined) return null;
    if (typeof value === 'string') {
      if (!(kind === 'text' ? isPlainWord(value) : isIdOf(kind, value) || isPlainText(value))) return null;
    } else if (typeof value === 'number') {
      if (kind !== 'quantity') return null;
      const rounded = round(value);
      if (rounded !== value) copy[key] = rounded;
    } else if (typeof value !== 'boolean' && value !== undefined) return null;
  }
  return copy as Record<string, Plain>;
}

/** What is looked at is the copy: a getter could say another thing the second time. */
function copyPlain(fields: object): Record<string, unknown> | null {
  try {
    return Object.getPrototypeOf(fields) === Object.prototype ? { ...fields } : null;
  } catch {
    return null;
  }
}

/** Names of events, codes and the like in which nothing was found: they come again and again, and are known by their hash. */
const words = new Set<string>();
const [mostWords, longestWord] = [1_000, 40];

function isPlainWord(text: string): boolean {
  if (words.has(text)) return true;
  if (!isPlainText(text)) return false;
  if (text.length <= longestWord && words.size < mostWords) words.add(text);
  return true;
}

/** Whether `redactString` gives back the very same text. */
function isPlainText(text: string): boolean {
  return text.length <= maxTextLength && !mayHoldNumber(text) && !text.includes('@');
}

export function redactString(text: string, redaction: Redaction): string {
  if (isPlainText(text)) return text;
  const cut = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}… (cut)` : text;
  const redacted = redactText(cut.includes('@') ? cut.replace(urlPassword, '$1[secret]@') : cut);
  redaction.count += redacted.count;
  return redacted.text;
}

const urlPassword = /(\/\/[^\s/:@]*:)[^\s/@]+@/g;
const secretKey =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|passw(?:or)?d|secret|token|api[-_]?key|private[-_]?key)$/i;

interface Place {
  redaction: Redaction;
  /** The objects that this one lies in, to notice a cycle. */
  path: readonly object[];
}

function redactAny(value: unknown, kind: LogKind, place: Place): Plain {
  try {
    if (typeof value === 'string') return redactTextOrId(value, kind, place);
    if (typeof value === 'number') return redactNumber(value, kind, place);
    if (typeof value === 'bigint') return redactString(String(value), place.redaction);
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'object') return redactObject(value, kind, place);
    return `[${typeof value}]`;
  } catch {
    return '[unreadable]';
  }
}

function redactTextOrId(text: string, kind: LogKind, { redaction }: Place): string {
  return isIdOf(kind, text) ? text : redactString(text, redaction);
}

/** By hand: with regular expressions a line with three ids took a sixth longer. */
function isIdOf(kind: LogKind, text: string): boolean {
  const { length } = text;
  if (kind === 'row-id') return length > 0 && length <= 19 && text[0] !== '0' && consistsOf(text, decimal);
  return kind === 'trace-id' && (length === 16 || length === 32) && consistsOf(text, decimal | hexLetter);
}

function consistsOf(text: string, wanted: number): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (((idCharacters[text.charCodeAt(at)] ?? 0) & wanted) === 0) return false;
  }
  return true;
}

const [decimal, hexLetter] = [1, 2];
const idCharacters = new Uint8Array(0x80);
idCharacters.fill(decimal, 0x30, 0x3a);
idCharacters.fill(hexLetter, 0x61, 0x67);

/** A phone number is never a JS number in our code (I3), but it could be in a library's. */
function redactNumber(number: number, kind: LogKind, { redaction }: Place): number | string {
  const rounded = round(number);
  if (kind === 'quantity') return rounded;
  const text = redactString(String(rounded), redaction);
  return text === String(rounded) ? rounded : text;
}

function round(number: number): number {
  return Math.round(number * 1_000) / 1_000;
}

function redactObject(value: object, kind: LogKind, place: Place): Plain {
  if (place.path.includes(value)) return '[circular]';
  if (place.path.length >= maxDepth) return '[deep]';
  const below: Place = { redaction: place.redaction, path: [...place.path, value] };
  if (value instanceof Error) return redactEntries(Object.fromEntries(describeError(value)), kind, below);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return redactAny([...value.entries().take(maxEntries)], kind, below);
  if (value instanceof Set) return redactAny([...value.values().take(maxEntries)], kind, below);
  // Dates, URLs, and numbers: a PhoneNumber says `[phone]`.
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactAny(value.toJSON(), kind, below);
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((item) => redactAny(item, kind, below));
  return redactEntries(value, kind, below);
}

function redactEntries(value: object, kind: LogKind, place: Place): Record<string, Plain> {
  const plain: Record<string, Plain> = {};
  let left = maxEntries;
  for (const key of Object.keys(value)) {
    if (left-- === 0) break;
    // One at a time, so that a getter that throws costs its own value only.
    const found = read(value, key);
    if (found === undefined) continue;
    const known = kindsByKey.get(key);
    // Our own keys are neither numbers nor secrets.
    if (known === undefined) plain[redactString(key, place.redaction)] = redactUnknown(key, found, kind, place);
    else plain[key] = redactAny(found, kind === 'quantities' ? 'quantity' : known, place);
  }
  return plain;
}

/** A map, since looking into the object itself took a tenth of the time of a log line. */
const kindsByKey: ReadonlyMap<string, LogKind> = new Map(Object.entries(logKinds));

function redactUnknown(key: string, value: unknown, kind: LogKind, place: Place): Plain {
  if (secretKey.test(key)) return '[secret]';
  return redactAny(value, kind === 'quantities' ? 'quantity' : 'text', place);
}

function read(value: object, key: string): unknown {
  try {
    const read = (value as Record<string, unknown>)[key];
    return typeof read === 'function' ? '[function]' : read;
  } catch {
    return '[unreadable]';
  }
}
