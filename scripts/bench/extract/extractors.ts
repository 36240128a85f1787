import { decodeHtml, readPage, readText, toUtf8 } from '@numfleet/extract';
import { crawleePhones } from '@numfleet/peers/crawlee-social';
import { reveal } from '@numfleet/privacy/reveal';
import { Parser } from 'htmlparser2';
import { type CountryCode, findPhoneNumbersInText } from 'libphonenumber-js/max';

/** Reads the numbers of a page's bytes, as E.164 without extensions. */
export type Extractor = (body: Uint8Array, region: string | null) => string[];

export const numfleet: Extractor = (body, region) => {
  const { utf8 } = toUtf8(body, null);
  const { findings } = readPage(utf8, { url: 'file:///', region, maxFindings: 2_000, maxLinks: 0 });
  return findings.map(({ number }) => plain(reveal(number)));
};

/** What a project does that has none: htmlparser2's text, and the matcher of libphonenumber-js over it. */
export const textAndLibphonenumber: Extractor = (body, region) => {
  const defaultCountry = (region ?? 'US') as CountryCode;
  return findPhoneNumbersInText(visibleText(decodeHtml(body, null).html), { defaultCountry }).map(
    ({ number }) => number.number,
  );
};

/** What users of Crawlee call for it: a tree of the page, its text, and patterns over both. As written, and of no region. */
const crawleeSocial: Extractor = (body) => crawleePhones(decodeHtml(body, null).html);

/** By the names that a process of its own is told. */
export const extractors = { numfleet, textAndLibphonenumber, crawleeSocial } as const;

/** As `numfleet`, of plain text. */
export function numfleetOnText(text: string, region: string | null): string[] {
  return readText(text, { region }).findings.map(({ number }) => plain(reveal(number)));
}

function plain(e164: string): string {
  return e164.split(';')[0] ?? e164;
}

const dead = new Set(['script', 'style', 'noscript', 'template']);
const inline = new Set(['a', 'b', 'i', 'em', 'strong', 'span', 'font', 'wbr', 'u', 'small', 'sup', 'sub', 'abbr']);

function visibleText(html: string): string {
  let text = '';
  let depth = 0;
  const parser = new Parser({
    onopentagname(name) {
      if (dead.has(name)) depth += 1;
      else if (!inline.has(name)) text += '\n';
    },
    onclosetag(name) {
      if (dead.has(name)) depth -= 1;
      else if (!inline.has(name)) text += '\n';
    },
    ontext(data) {
      if (depth === 0) text += data;
    },
  });
  parser.end(html);
  return text;
}
