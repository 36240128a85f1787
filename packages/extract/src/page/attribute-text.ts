import { type Attribute, type Attributes, attribute, attributeSet } from '../html/attributes.ts';
import type { Tag } from '../html/tags.ts';
import type { TextWriter } from '../text/folded-text.ts';
import { type DeclaredValue, kindOf } from './declared-property.ts';
import { keep } from './keep.ts';

const descriptionNames = [attribute.title, attribute['aria-label'], attribute.alt];
export const descriptions = attributeSet(...descriptionNames);

/**
 * Reads the attributes that people or their programs see: names and descriptions (`title`, `aria-label`, `alt`,
 * `<meta name=description>`), whose text goes to `writer`, and those that say that they hold a phone number. Nothing comes of a
 * tag that has neither `descriptions` nor data and is not `valued`.
 */
export function readAttributes(tag: Tag, attributes: Attributes, writer: TextWriter, declared: DeclaredValue[]): void {
  if ((attributes.present & descriptions) !== 0) {
    for (const name of descriptionNames) if (attributes.mayBeNumber(name)) write(writer, attributes, name);
  }
  if (tag.name === 'meta') readMeta(attributes, writer, declared);
  if ((tag.name === 'input' || tag.name === 'button') && attributes.mayBeNumber(attribute.value)) {
    if (isPhoneField(attributes))
      declare(declared, attributes.get(attribute.value) ?? '', false, attributes.offsetOf(attribute.value));
    else if (/^(?:button|submit|reset)$/i.test(attributes.get(attribute.type) ?? ''))
      write(writer, attributes, attribute.value);
  }
  if (!attributes.hasData) return;
  for (const { name, value, offset } of attributes.data(isPhoneData)) {
    if (!isAddress.test(value)) declare(declared, value.replace(/^tel:/i, ''), /fax/.test(name), offset);
  }
}

/** `data-mobile` often leads to the page for telephones; but WhatsApp's addresses hold a number. */
const isAddress = /^\s*(?:https?:)?\/\/(?!(?:\w+\.)?(?:wa\.me|whatsapp\.com)\/)/i;

function readMeta(attributes: Attributes, writer: TextWriter, declared: DeclaredValue[]): void {
  if (!attributes.mayBeNumber(attribute.content) || kindOf(attributes) !== null) return;
  const name = (attributes.get(attribute.name) ?? attributes.get(attribute.property) ?? '').toLowerCase();
  if (/(?:^|[:._-])(?:tele)?phone(?:[_-]?number)?$|(?:^|[:._-])fax(?:[_-]?number)?$/.test(name)) {
    declare(
      declared,
      attributes.get(attribute.content) ?? '',
      /fax/.test(name),
      attributes.offsetOf(attribute.content),
    );
  } else if (/^(?:og:|twitter:|dc\.)?(?:description|title)$/.test(name)) {
    write(writer, attributes, attribute.content);
  }
}

function write(writer: TextWriter, attributes: Attributes, name: Attribute): void {
  writer.write(attributes.get(name) ?? '', attributes.offsetOf(name));
  writer.breakLine();
}

function declare(declared: DeclaredValue[], value: string, isFax: boolean, offset: number): void {
  keep(declared, { value, isFax, offset });
}

/** A field that shows its own number; an empty one has no digits. */
function isPhoneField(attributes: Attributes): boolean {
  return (
    /^tel$/i.test(attributes.get(attribute.type) ?? '') ||
    /(?:^|[_-])(?:tele)?phone$/i.test(attributes.get(attribute.name) ?? '')
  );
}

/** `data-phone`, `data-phone-number`, `data-tel`; but not `data-old-phone` or `data-phone-format`. */
function isPhoneData(name: string): boolean {
  return /^data-(?:call-?|contact-?|whatsapp-?|mobile-?|display-?|full-?|business-?)?(?:phone|tel|telephone|mobile|whatsapp|fax)(?:-?(?:number|no|nr|value|link|href))?$/.test(
    name,
  );
}
