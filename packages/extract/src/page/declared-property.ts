import { type Attributes, attribute, attributeSet, needle } from '../html/attributes.ts';
import { textOf } from '../html/bytes.ts';
import { hasTrait, type Tag, traits } from '../html/tags.ts';
import { keep } from './keep.ts';

/** A value that its page declares to be a telephone or fax number. */
export type DeclaredValue = { value: string; isFax: boolean; offset: number };

/**
 * Gathers what microdata (`itemprop`), RDFa (`property`) and microformats (hCard's class `tel`, h-card's `p-tel`) declare:
 * the `content` attribute, else the element's text.
 */
export type PropertyReader = {
  /** The value of an element is being gathered. Plain, since it is asked for with every tag. */
  readonly isInside: boolean;
  open(tag: Tag, attributes: Attributes, closed: boolean): void;
  close(tag: Tag): void;
  text(bytes: Uint8Array, start: number, end: number): void;
  finish(): DeclaredValue[];
};

/** A telephone number is no longer than this; beyond it the element was left open. */
const longestValue = 100;

export function createPropertyReader(): PropertyReader {
  const values: DeclaredValue[] = [];
  let current: (DeclaredValue & { tag: Tag; depth: number }) | null = null;
  const end = (): void => {
    if (current !== null) {
      keep(values, { value: current.value.slice(0, longestValue), isFax: current.isFax, offset: current.offset });
    }
    current = null;
    reader.isInside = false;
  };
  const reader = {
    isInside: false,
    open(tag: Tag, attributes: Attributes, closed: boolean) {
      if (current !== null && tag === current.tag) current.depth += 1;
      const kind = kindOf(attributes);
      if (kind === null) return;
      const content = attributes.get(attribute.content);
      const isFax = kind === 'fax';
      if (content !== null) {
        keep(values, { value: content, isFax, offset: attributes.offsetOf(attribute.content) });
      } else if (current === null && !closed && !hasTrait(tag, traits.void)) {
        current = { value: '', isFax, offset: -1, tag, depth: 1 };
        reader.isInside = true;
      }
    },
    close(tag: Tag) {
      if (current === null || tag !== current.tag) return;
      current.depth -= 1;
      if (current.depth === 0) end();
    },
    text(bytes: Uint8Array, start: number, stop: number) {
      if (current === null) return;
      if (current.offset === -1) current.offset = start;
      current.value += textOf(bytes, start, Math.min(stop, start + longestValue));
      if (current.value.length > longestValue) end();
    },
    finish() {
      end();
      return values;
    },
  };
  return reader;
}

const tel = needle('tel');
const naming = attributeSet(attribute.itemprop, attribute.property);
/** The attributes by which an element may declare its value. */
export const declaring = attributeSet(attribute.itemprop, attribute.property, attribute.class);

/** What kind of number an element declares its value to be. */
export function kindOf(attributes: Attributes): 'phone' | 'fax' | null {
  const { present } = attributes;
  if ((present & declaring) === 0) return null;
  if ((present & naming) !== 0) {
    const property = attributes.get(attribute.itemprop) ?? attributes.get(attribute.property) ?? '';
    if (/(^|[\s/:#])faxNumber(\s|$)|:fax$/i.test(property)) return 'fax';
    if (/(^|[\s/:#])telephone(\s|$)|^(v|vcard):tel$/i.test(property)) return 'phone';
  }
  const classes = attributes.holds(attribute.class, tel) ? attributes.get(attribute.class) : null;
  if (classes === null || !/(?:^|\s)(?:p-|u-)?tel(?:-fax)?(?:\s|$)/.test(classes)) return null;
  return /tel-fax/.test(classes) ? 'fax' : 'phone';
}
