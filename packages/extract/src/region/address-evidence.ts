import { countryLike, regionNamed } from './country-names.ts';

const usStates =
  'AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY';

/** A sign of a country, what it weighs beside the others of `rankRegions`, and how often it counts. */
type Sign = readonly [region: string, pattern: string, weight: number, most: number];

/** Post codes in the forms that no other country has, or that say their country. */
const postCodes: readonly Sign[] = [
  ['GB', String.raw`\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b`, 3, 2],
  ['US', String.raw`\b(?:${usStates}),? {1,2}\d{5}(?:-\d{4})?\b`, 3, 2],
  ['CA', String.raw`\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b`, 3, 2],
  ['AU', String.raw`\b(?:NSW|VIC|QLD|TAS|ACT|Victoria|Queensland|New South Wales|Tasmania),? {1,2}\d{4}\b`, 3, 2],
  ['DE', String.raw`\bD-\d{5}\b`, 3, 1],
  ['AT', String.raw`\bA-\d{4}\b`, 2, 1],
  ['CH', String.raw`\bCH-\d{4}\b`, 3, 1],
  ['FR', String.raw`\bF-\d{5}\b|\b(?:CEDEX|Cedex)\b`, 2, 1],
  ['IT', String.raw`\bI-\d{5}\b|\bP\. ?IVA\b`, 2, 1],
  ['PL', String.raw`\bPL-\d{2}-\d{3}\b|\bNIP\b`, 2, 1],
  ['IE', String.raw`\bCo\. ?(?:Dublin|Cork|Galway|Kerry|Meath|Kildare|Wicklow|Mayo|Donegal)\b`, 3, 1],
  ['BR', String.raw`\bCEP:? ?\d{5}|\bCNPJ\b`, 3, 1],
  ['IN', String.raw`\bPIN(?: [Cc]ode)?[ :-]{1,3}\d{6}\b|\bGSTIN\b`, 2, 1],
  ['NL', String.raw`\b[1-9]\d{3} ?[A-Z]{2}\b(?= {1,2}[A-Z][a-z])`, 2, 1],
];

/** Currencies, and signs in letters of their own. */
const currencies: readonly Sign[] = [
  ['JP', '〒 ?\\d{3}|\\d ?円', 3, 1],
  ['GB', '£ ?\\d', 1, 1],
  ['IN', '₹ ?\\d|\\bRs\\.? ?\\d', 1.5, 1],
  ['BR', 'R\\$ ?\\d', 2, 1],
  ['PL', '\\d ?zł', 2, 1],
  ['CZ', '\\d ?Kč', 2, 1],
  ['RU', '\\d ?(?:₽|руб)', 2, 1],
  ['UA', '\\d ?(?:₴|грн)', 2, 1],
  ['KR', '₩ ?\\d|\\d ?원', 2, 1],
  ['TR', '₺', 1.5, 1],
  ['TH', '฿ ?\\d|\\d ?บาท', 2, 1],
  ['VN', '\\d ?(?:₫|VNĐ)', 2, 1],
  ['IL', '₪', 2, 1],
  ['CH', '\\bCHF ?\\d', 1.5, 1],
  ['NZ', 'NZ\\$ ?\\d', 2, 1],
  ['AU', '\\bA\\$ ?\\d|\\bABN:? ?\\d', 1.5, 1],
  ['CA', '\\bC\\$ ?\\d', 1.5, 1],
];

/** One pass for all of a list: a search for each of them took as long as the rest of a page. */
const searches = [postCodes, currencies].map((signs) => ({
  signs,
  pattern: new RegExp(signs.map(([, pattern]) => `(${pattern})`).join('|'), 'g'),
}));

/** What a text's addresses, currencies and names of countries say of its region, as weights by region. */
export function addressEvidence(text: string): Map<string, number> {
  const weights = new Map<string, number>();
  const add = (region: string, weight: number): void => {
    weights.set(region, (weights.get(region) ?? 0) + weight);
  };
  for (const { signs, pattern } of searches) {
    const counts = new Map<number, number>();
    for (const match of text.matchAll(pattern)) {
      const index = signs.findIndex((_, at) => match[at + 1] !== undefined);
      const [region = '', , weight = 0, most = 0] = signs[index] ?? [];
      const count = (counts.get(index) ?? 0) + 1;
      counts.set(index, count);
      if (count <= most) add(region, weight);
    }
  }
  for (const [region, count] of countriesNamed(text)) add(region, Math.min(count, 2));
  return weights;
}

/** Countries called by their English name; those that are also names of something else are left out. */
function countriesNamed(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name] of text.matchAll(countryLike)) {
    const region = regionNamed(name);
    if (region !== null) counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  return counts;
}
