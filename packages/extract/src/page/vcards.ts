import type { FindingLabel } from '@numfleet/contracts';
import { isFull } from './keep.ts';
import { readPhoneLink } from './phone-links.ts';

/** A telephone of a vCard, as it is written, what it is for, and where its line begins in the text. */
export type VcardNumber = { value: string; label: FindingLabel; offset: number };

/** A telephone's line is no longer than this, unfolded; what is longer is a photograph. */
const longestLine = 1_000;

export type Vcards = {
  numbers: VcardNumber[];
  /** The countries of its addresses, their seventh part, as they are written. */
  countries: string[];
};

const mostCountries = 32;

/** The `TEL` lines of vCards (RFC 6350, and its forerunners 2.1 and 3.0) in a text; what else it holds is passed over. */
export function readVcards(text: string): Vcards {
  const found: Vcards = { numbers: [], countries: [] };
  forEachUnfolded(text, (line, offset) => readLine(line, offset, found));
  return found;
}

function readLine(line: string, offset: number, { numbers, countries }: Vcards): void {
  const [, name, parameters = '', value = ''] = /^(?:[\w-]+\.)?(TEL|ADR)((?:;[^:]*)?):(.*)$/i.exec(line) ?? [];
  if (name === undefined) return;
  if (/^adr$/i.test(name)) {
    const country = value.split(';')[6]?.trim();
    if (country && countries.length < mostCountries) countries.push(country);
  } else if (!isFull(numbers) && /\p{Nd}/u.test(value)) {
    const number = /^tel:/i.test(value) ? readPhoneLink(value)?.value : value;
    if (number !== undefined) numbers.push({ value: number, label: labelOf(parameters), offset });
  }
}

/** Whether a text is a vCard, or begins with one. */
export function isVcard(text: string): boolean {
  return /^[\s\ufeff]{0,16}BEGIN:VCARD\b/i.test(text);
}

const dataUrl = /^\s*data:(?:text\/(?:x-)?vcard|text\/(?:x-)?directory)\b([^,]{0,200}),/i;

/**
 * The vCard of a `data:` URL (RFC 2397), as far as it goes: a long one is cut. Of what is percent-encoded, ASCII is decoded,
 * which is all that its lines of telephones have. Null for all other links.
 */
export function vcardOfLink(href: string): string | null {
  const [head, parameters] = dataUrl.exec(href) ?? [];
  if (head === undefined || parameters === undefined) return null;
  const data = href
    .slice(head.length)
    .replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return /;\s*base64\s*$/i.test(parameters) ? decodedBase64(data) : data;
}

function decodedBase64(data: string): string {
  const characters = data.replace(/[^a-z\d+/]/gi, '');
  const whole = atob(characters.slice(0, characters.length - (characters.length % 4)));
  return new TextDecoder().decode(Uint8Array.from(whole, (character) => character.charCodeAt(0)));
}

/** Lines, with those joined that a space or tab says go on; of each the beginning. */
function forEachUnfolded(text: string, take: (line: string, offset: number) => void): void {
  let line = '';
  let lineOffset = 0;
  for (let offset = 0; offset < text.length; ) {
    const newline = text.indexOf('\n', offset);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(offset, Math.min(end, offset + longestLine)).replace(/\r$/, '');
    if (offset > 0 && /^[ \t]/.test(content)) {
      if (line.length < longestLine) line += content.slice(1);
    } else {
      take(line, lineOffset);
      line = content;
      lineOffset = offset;
    }
    offset = end + 1;
  }
  take(line, lineOffset);
}

/** By `TYPE=cell`, 2.1's bare `CELL`, and the `waid=` that WhatsApp writes. */
function labelOf(parameters: string): FindingLabel {
  if (/;waid=/i.test(parameters)) return 'whatsapp';
  if (/\bfax\b/i.test(parameters)) return 'fax';
  if (/\b(?:cell|mobile|iphone)\b/i.test(parameters)) return 'mobile';
  return /\b(?:text|sms)\b/i.test(parameters) && !/\bvoice\b/i.test(parameters) ? 'sms' : 'phone';
}
