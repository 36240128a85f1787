import { decodeHTMLAttribute } from 'entities';
import { byteTraits } from '../text/byte-traits.ts';
import { byteAt, hasTextAt, textOf } from './bytes.ts';
import { createNameTable } from './names.ts';

/**
 * The attributes that reading a page needs, by their place in a tag's slots; the others are passed over, but for `data-*`.
 * Numbers, since they are asked for with every tag.
 */
export const attribute = {
  alt: 0,
  'aria-label': 1,
  class: 2,
  content: 3,
  href: 4,
  'http-equiv': 5,
  id: 6,
  itemprop: 7,
  lang: 8,
  name: 9,
  property: 10,
  rel: 11,
  shadowrootmode: 12,
  src: 13,
  style: 14,
  title: 15,
  type: 16,
  value: 17,
} as const;
export type Attribute = (typeof attribute)[keyof typeof attribute];

const attributeNames = Object.keys(attribute);
const table = createNameTable(attributeNames);

/** A set of attributes, a bit each. */
export type AttributeSet = number & { readonly brand?: 'attributes' };

export function attributeSet(...members: Attribute[]): AttributeSet {
  return members.reduce((bits: number, member) => bits | (1 << member), 0);
}

/** The attributes of the tag that is being read: where their values lie, decoded when asked for. */
export type Attributes = {
  /** Those that the tag has. Plain values, since every tag is asked for them. */
  readonly present: AttributeSet;
  /** It has `data-*` attributes that may be a number. */
  readonly hasData: boolean;
  /** Null where the tag has none of that name. The first of a name counts. */
  get(name: Attribute): string | null;
  /** Where the value begins in the page; -1 where there is none. */
  offsetOf(name: Attribute): number;
  /** Of the value as it is written, in bytes; 0 where there is none. */
  lengthOf(name: Attribute): number;
  /** A byte of the value as it is written; 0 where there is none. */
  byteAt(name: Attribute, index: number): number;
  /** Whether a text in lower case stands in the value, in any case, at its beginning or from an index on. */
  begins(name: Attribute, text: string, index?: number): boolean;
  holds(name: Attribute, text: Needle): boolean;
  /** Whether a value has digits for a number: `numberLength` of them; a character reference counts as one. */
  mayBeNumber(name: Attribute): boolean;
  /** The values of those `data-*` attributes that may be a number and whose names are wanted. */
  data(isWanted: (name: string) => boolean): { name: string; value: string; offset: number }[];
};

/** The side of the tokenizer, which fills them in and empties them for the next tag. */
export type AttributeSlots = Attributes & {
  clear(): void;
  /** Takes one attribute of a tag; ranges of the page. */
  add(nameStart: number, nameEnd: number, hash: number, start: number, end: number): void;
};

/** A value is of use to us up to here; a longer one is no number, address or hint. */
const longestValue = 4_096;
const mostData = 32;
/** Fewer digits are no number. */
const numberLength = 7;

export function createAttributes(bytes: Uint8Array): AttributeSlots {
  const starts = new Int32Array(attributeNames.length);
  const ends = new Int32Array(attributeNames.length);
  let data: [nameStart: number, nameEnd: number, start: number, end: number][] = [];
  const has = (index: number): boolean => (slots.present & (1 << index)) !== 0;
  const slots = {
    present: 0 as AttributeSet,
    hasData: false,
    get(name: Attribute) {
      return has(name) ? decodedValue(bytes, starts[name] ?? 0, ends[name] ?? 0) : null;
    },
    offsetOf(name: Attribute) {
      return has(name) ? (starts[name] ?? -1) : -1;
    },
    lengthOf(name: Attribute) {
      return has(name) ? (ends[name] ?? 0) - (starts[name] ?? 0) : 0;
    },
    byteAt(name: Attribute, index: number) {
      const at = (starts[name] ?? 0) + index;
      return has(name) && at < (ends[name] ?? 0) ? byteAt(bytes, at) : 0;
    },
    begins(name: Attribute, text: string, index = 0) {
      return has(name) && hasTextAt(bytes, (starts[name] ?? 0) + index, text);
    },
    holds(name: Attribute, text: Needle) {
      return has(name) && rangeHolds(bytes, starts[name] ?? 0, ends[name] ?? 0, text);
    },
    mayBeNumber(name: Attribute) {
      return has(name) && hasDigits(bytes, starts[name] ?? 0, ends[name] ?? 0);
    },
    data: (isWanted: (name: string) => boolean) =>
      data.flatMap(([nameStart, nameEnd, start, end]) => {
        const name = textOf(bytes, nameStart, nameEnd).toLowerCase();
        return isWanted(name) ? [{ name, value: decodedValue(bytes, start, end), offset: start }] : [];
      }),
    clear() {
      slots.present = 0;
      if (!slots.hasData) return;
      slots.hasData = false;
      data = [];
    },
    add(nameStart: number, nameEnd: number, hash: number, start: number, end: number) {
      const index = table.find(bytes, nameStart, nameEnd, hash);
      if (index >= 0) {
        if (has(index)) return;
        slots.present |= 1 << index;
        starts[index] = start;
        ends[index] = end;
      } else if (isData(bytes, nameStart) && data.length < mostData && hasDigits(bytes, start, end)) {
        data.push([nameStart, nameEnd, start, end]);
        slots.hasData = true;
      }
    },
  };
  return slots;
}

/** Looked at for every attribute of a name that is not ours, so by its middle, which other names seldom have. */
function isData(bytes: Uint8Array, nameStart: number): boolean {
  return bytes[nameStart + 4] === hyphen && hasTextAt(bytes, nameStart, 'data');
}

const hyphen = 0x2d;

function hasDigits(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end && digits < numberLength; at++) digits += (byteTraits[bytes[at] ?? 0] ?? 0) & 1;
  return digits >= numberLength;
}

/** A text that is looked for in values, in any case (Horspool's search: by how far a byte lets it move on). */
export type Needle = { text: string; steps: Uint8Array };

/** `text` is in lower case. */
export function needle(text: string): Needle {
  const steps = new Uint8Array(256).fill(text.length);
  for (let index = 0; index < text.length - 1; index++) {
    const code = text.charCodeAt(index);
    steps[code] = steps[text.charAt(index).toUpperCase().charCodeAt(0)] = text.length - 1 - index;
  }
  return { text, steps };
}

function rangeHolds(bytes: Uint8Array, start: number, end: number, { text, steps }: Needle): boolean {
  const last = text.length - 1;
  const wanted = text.charCodeAt(last);
  for (let at = start + last; at < end; ) {
    const code = bytes[at] ?? 0;
    if ((code === wanted || (code | 0x20) === wanted) && hasTextAt(bytes, at - last, text)) return true;
    at += steps[code] ?? 1;
  }
  return false;
}

function decodedValue(bytes: Uint8Array, start: number, end: number): string {
  const value = textOf(bytes, start, Math.min(end, start + longestValue));
  return value.includes('&') ? decodeHTMLAttribute(value) : value;
}
