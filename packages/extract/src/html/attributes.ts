import { decodeHTMLAttribute } from 'entities';
import { hasTextAt, textOf } from './bytes.ts';
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
  /** How many digits all values together have. */
  readonly digits: number;
  /** It has `data-*` attributes with digits. */
  readonly hasData: boolean;
  /** Null where the tag has none of that name. The first of a name counts. */
  get(name: Attribute): string | null;
  /** Where the value begins in the page; -1 where there is none. */
  offsetOf(name: Attribute): number;
  /** Of the value as it is written, in bytes; 0 where there is none. */
  lengthOf(name: Attribute): number;
  /** Whether a value begins with a text in lower case, in any case. */
  begins(name: Attribute, text: string): boolean;
  holds(name: Attribute, text: Needle): boolean;
  /** How many digits stand in a value; a character reference counts as one. Of a long value with many, not all. */
  digitsOf(name: Attribute): number;
  /** The values with digits of those `data-*` attributes whose names are wanted. */
  data(isWanted: (name: string) => boolean): { name: string; value: string; offset: number }[];
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
  let data: [nameStart: number, nameEnd: number, start: number, end: number][] = [];
  const has = (index: number): boolean => (slots.present & (1 << index)) !== 0;
  const slots = {
    present: 0 as AttributeSet,
    digits: 0,
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
    begins(name: Attribute, text: string) {
      return has(name) && hasTextAt(bytes, starts[name] ?? 0, text);
    },
    holds(name: Attribute, text: Needle) {
      return has(name) && rangeHolds(bytes, starts[name] ?? 0, ends[name] ?? 0, text);
    },
    digitsOf(name: Attribute) {
      return has(name) ? (digits[name] ?? 0) : 0;
    },
    data: (isWanted: (name: string) => boolean) =>
      data.flatMap(([nameStart, nameEnd, start, end]) => {
        const name = textOf(bytes, nameStart, nameEnd).toLowerCase();
        return isWanted(name) ? [{ name, value: decodedValue(bytes, start, end), offset: start }] : [];
      }),
    clear() {
      slots.present = 0;
      slots.digits = 0;
      if (!slots.hasData) return;
      slots.hasData = false;
      data = [];
    },
    add(nameStart: number, nameEnd: number, hash: number, start: number, end: number, count: number) {
      slots.digits += count;
      const index = table.find(bytes, nameStart, nameEnd, hash);
      if (index >= 0) {
        if (has(index)) return;
        slots.present |= 1 << index;
        starts[index] = start;
        ends[index] = end;
        digits[index] = count;
      } else if (count > 0 && data.length < mostData && hasTextAt(bytes, nameStart, 'data-')) {
        data.push([nameStart, nameEnd, start, end]);
        slots.hasData = true;
      }
    },
  };
  return slots;
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
