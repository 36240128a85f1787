import { decodeHTMLAttribute } from 'entities';
import { byteAt, hasTextAt, textOf } from './bytes.ts';
import { createNameTable } from './names.ts';

/** The attributes that reading a page needs; the others are passed over, but for `data-*`. */
const attributeNames = [
  'alt',
  'aria-label',
  'class',
  'content',
  'href',
  'http-equiv',
  'id',
  'itemprop',
  'lang',
  'name',
  'property',
  'rel',
  'shadowrootmode',
  'src',
  'style',
  'title',
  'type',
  'value',
] as const;
export type AttributeName = (typeof attributeNames)[number];

const table = createNameTable(attributeNames);
const indexByName = Object.fromEntries(attributeNames.map((name, index) => [name, index])) as Record<
  AttributeName,
  number
>;

/** A set of attributes, for `hasAny`. Made once, since it is asked for every tag. */
export type AttributeSet = number & { readonly brand?: 'attributes' };

export function attributeSet(...names: AttributeName[]): AttributeSet {
  return names.reduce((bits, name) => bits | (1 << indexByName[name]), 0);
}

/** The attributes of the tag that is being read: where their values lie, decoded when asked for. */
export type Attributes = {
  hasAny(names: AttributeSet): boolean;
  /** Null where the tag has none of that name. The first of a name counts. */
  get(name: AttributeName): string | null;
  /** Where the value begins in the page; -1 where there is none. */
  offsetOf(name: AttributeName): number;
  /** Whether a value begins with some text, or holds it. The text is in lower case. */
  begins(name: AttributeName, text: string): boolean;
  holds(name: AttributeName, text: string): boolean;
  /** How many digits stand in a value; a character reference counts as one. */
  digitsOf(name: AttributeName): number;
  /** How many digits all values together have. */
  digits(): number;
  hasData(): boolean;
  /** The values with digits of `data-*` attributes, with their names. */
  data(): { name: string; value: string; offset: number }[];
};

/** The side of the tokenizer, which fills them in and empties them for the next tag. */
export type AttributeSlots = Attributes & {
  clear(): void;
  /** Takes one attribute of a tag; ranges of the page. */
  add(nameStart: number, nameEnd: number, hash: number, start: number, end: number, digits: number): void;
};

/** A value is of use to us up to here; a longer one is no number, address or hint. */
const longestValue = 4_096;
const mostData = 32;

export function createAttributes(bytes: Uint8Array): AttributeSlots {
  const starts = new Int32Array(attributeNames.length);
  const ends = new Int32Array(attributeNames.length);
  const digits = new Int32Array(attributeNames.length);
  let present = 0;
  let total = 0;
  let data: [nameStart: number, nameEnd: number, start: number, end: number][] = [];
  const has = (index: number): boolean => (present & (1 << index)) !== 0;
  return {
    hasAny: (names) => (present & names) !== 0,
    get(name) {
      const index = indexByName[name];
      return has(index) ? decodedValue(bytes, starts[index] ?? 0, ends[index] ?? 0) : null;
    },
    offsetOf(name) {
      const index = indexByName[name];
      return has(index) ? (starts[index] ?? -1) : -1;
    },
    begins(name, text) {
      const index = indexByName[name];
      return has(index) && hasTextAt(bytes, starts[index] ?? 0, text);
    },
    holds(name, text) {
      const index = indexByName[name];
      return has(index) && rangeHolds(bytes, starts[index] ?? 0, ends[index] ?? 0, text);
    },
    digitsOf(name) {
      const index = indexByName[name];
      return has(index) ? (digits[index] ?? 0) : 0;
    },
    digits: () => total,
    hasData: () => data.length > 0,
    data: () =>
      data.map(([nameStart, nameEnd, start, end]) => ({
        name: textOf(bytes, nameStart, nameEnd).toLowerCase(),
        value: decodedValue(bytes, start, end),
        offset: start,
      })),
    clear() {
      present = 0;
      total = 0;
      if (data.length > 0) data = [];
    },
    add(nameStart, nameEnd, hash, start, end, count) {
      total += count;
      const index = table.find(bytes, nameStart, nameEnd, hash);
      if (index >= 0) {
        if (has(index)) return;
        present |= 1 << index;
        starts[index] = start;
        ends[index] = end;
        digits[index] = count;
      } else if (count > 0 && data.length < mostData && hasTextAt(bytes, nameStart, 'data-')) {
        data.push([nameStart, nameEnd, start, end]);
      }
    },
  };
}

function rangeHolds(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = start; at <= end - text.length; at++) {
    const code = byteAt(bytes, at);
    if ((code === first || (code | 0x20) === first) && hasTextAt(bytes, at, text)) return true;
  }
  return false;
}

function decodedValue(bytes: Uint8Array, start: number, end: number): string {
  const value = textOf(bytes, start, Math.min(end, start + longestValue));
  return value.includes('&') ? decodeHTMLAttribute(value) : value;
}
