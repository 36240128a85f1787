import { keep } from './keep.ts';

/** A value of `telephone` or `faxNumber` of schema.org, as it is written. */
type DeclaredNumber = { value: string; isFax: boolean };

export type JsonLd = {
  numbers: DeclaredNumber[];
  /** The countries of its addresses, as they are written. */
  countries: string[];
};

const mostCountries = 32;
const longestValue = 1_000;

/** Every telephone and fax number of a JSON-LD script, anywhere in its graph; nothing of one that is not JSON. */
export function readJsonLd(script: string): JsonLd {
  const found: JsonLd = { numbers: [], countries: [] };
  if (/telephone|faxnumber|addresscountry/i.test(script)) visit(parse(script), 0, found);
  return found;
}

/** All of an object's own entries, the last first, before what is within them. */
function visit(node: unknown, depth: number, found: JsonLd): void {
  if (typeof node !== 'object' || node === null || depth > deepest) return;
  if (Array.isArray(node)) {
    for (const item of node) visit(item, depth + 1, found);
    return;
  }
  const entries = Object.entries(node);
  for (const [key, value] of entries.toReversed()) readEntry(key, value, found);
  for (const [, value] of entries) visit(value, depth + 1, found);
}

function readEntry(key: string, value: unknown, { numbers, countries }: JsonLd): void {
  const name = /(?:^|[:/])(telephone|faxNumber|addressCountry)$/i.exec(key)?.[1]?.toLowerCase();
  if (name === undefined) return;
  if (name === 'addresscountry') {
    const country = typeof value === 'object' && value !== null && 'name' in value ? value.name : value;
    if (countries.length < mostCountries) countries.push(...valuesOf(country));
  } else {
    const isFax = name === 'faxnumber';
    for (const number of valuesOf(value)) keep(numbers, { value: number.slice(0, longestValue), isFax });
  }
}

function parse(script: string): unknown {
  if (isTooDeep(script)) return null;
  const json = script
    .replace(/^\s*(?:<!--|\/\/\s*<!\[CDATA\[|\/\*\s*<!\[CDATA\[\s*\*\/|<!\[CDATA\[)/, '')
    .replace(/(?:\/\/\s*)?(?:-->|\]\]>|\/\*\s*\]\]>\s*\*\/)\s*$/, '');
  // The second attempt mends line breaks inside strings, a common mistake of templates. To refuse JSON takes microseconds.
  const mended = json.replace(/[\n\r\t]+/g, ' ');
  return parsed(json) ?? (mended === json ? null : parsed(mended));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Real graphs are not ten deep; `JSON.parse` takes more than linear time on what is a million deep, and `visit` calls itself. */
const deepest = 1_000;

function isTooDeep(script: string): boolean {
  let depth = 0;
  for (let at = 0; at < script.length; at++) {
    const code = script.charCodeAt(at) | 0x20;
    // Brackets within strings come in pairs, near enough.
    if (code === 0x7b) depth += 1;
    else if (code === 0x7d) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

function valuesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => (Array.isArray(item) ? [] : valuesOf(item)));
  if (typeof value === 'object' && value !== null && '@value' in value) return valuesOf(value['@value']);
  return [];
}
