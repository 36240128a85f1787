import { type NationalSpelling, numbersOfText } from '../match/numbers-of-text.ts';
import { fitOfRegions } from '../match/region-fit.ts';
import { isRegion } from '../numbering/numbering-plans.ts';
import type { PageHints } from '../page/page-hints.ts';
import { addressEvidence } from './address-evidence.ts';
import { regionNamed } from './country-names.ts';
import { languageOfText, regionsOfLanguage } from './languages.ts';

/** What a region was taken from. */
export type RegionEvidence =
  | 'campaign'
  | 'tld'
  | 'site'
  | 'country'
  | 'numbers'
  | 'host'
  | 'address'
  | 'shape'
  | 'fit'
  | 'locale'
  | 'language';

/** A region by which numbers without a country code may be read, and the evidence that speaks for it most. */
export type RankedRegion = { code: string; weight: number; evidence: RegionEvidence };

/** How many numbers are of each region (ISO 3166-1 alpha-2). */
export type RegionCounts = Readonly<Record<string, number>>;

type RegionHints = {
  /** The campaign's region, which the operator states. */
  region: string | null;
  url: string | null;
  page: Pick<PageHints, 'lang' | 'locales' | 'hosts' | 'countries'> | null;
  /** Regions of the international numbers on the page. */
  numbers: readonly string[];
  /** And of those on other pages of its host. */
  hostNumbers?: RegionCounts | undefined;
  /** The page's folded text, where it may hold numbers. */
  text: string;
};

const weights: Record<RegionEvidence, number> = {
  campaign: 100,
  tld: 8,
  country: 5,
  numbers: 4,
  host: 3,
  site: 3,
  shape: 2.5,
  fit: 6,
  address: 1,
  locale: 2,
  language: 1,
};
const mostRegions = 4;
const mostAsked = 8;

/**
 * Ranks the regions that a page may be of by all that speaks for them: the campaign, the TLD of the page and of its own
 * addresses, countries that it names, its international numbers and its host's, post codes and currencies, the shape of its numbers, its
 * language. The weights are ranks, set by reasoning and not fitted; see the bench for what they give.
 */
export function rankRegions({ region, url, page, numbers, hostNumbers, text }: RegionHints): RankedRegion[] {
  const tally = createTally();
  const { near, national } = numbersOfText(text);
  tally.add(region, 'campaign');
  tally.add(regionOfHost(hostOf(url)), 'tld');
  for (const host of unique((page?.hosts ?? []).map(regionOfHost))) tally.add(host, 'site');
  for (const country of unique((page?.countries ?? []).map(regionOfCountry))) tally.add(country, 'country');
  addNumbers(tally, countRegions(numbers), 'numbers');
  addNumbers(tally, hostNumbers ?? {}, 'host');
  if (region === null) for (const [code, weight] of addressEvidence(near)) tally.add(code, 'address', weight);
  if (northAmerican.test(near)) tally.add('US', 'shape');
  addLocales(tally, page, near);
  if (national.length > 0) addFit(tally, national);
  return tally.ranked().slice(0, mostRegions);
}

type Tally = {
  add(code: string | null, evidence: RegionEvidence, share?: number): void;
  ranked(): RankedRegion[];
};

function createTally(): Tally {
  const entries = new Map<string, { weight: number; most: number; evidence: RegionEvidence }>();
  return {
    add(code, evidence, share = 1) {
      if (code === null || !isRegion(code)) return;
      const weight = weights[evidence] * share;
      const entry = entries.get(code) ?? { weight: 0, most: 0, evidence };
      entry.weight += weight;
      if (weight > entry.most) {
        entry.most = weight;
        entry.evidence = evidence;
      }
      entries.set(code, entry);
    },
    ranked: () =>
      [...entries]
        .map(([code, { weight, evidence }]) => ({ code, weight, evidence }))
        .sort((a, b) => b.weight - a.weight),
  };
}

/** How often each of some regions is named. */
export function countRegions(regions: readonly string[]): RegionCounts {
  const counts: Record<string, number> = {};
  for (const code of regions) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function addNumbers(tally: Tally, counts: RegionCounts, evidence: 'numbers' | 'host'): void {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  const all = entries.reduce((sum, [, count]) => sum + count, 0);
  for (const [code, count] of entries) tally.add(code, evidence, count / all);
}

/** The others are asked how many of the page's numbers they would explain, where the first is not sure. */
function addFit(tally: Tally, national: readonly NationalSpelling[]): void {
  const ranked = tally.ranked();
  const [first, second] = ranked;
  // Not where it could change nothing.
  if (first === undefined || second === undefined || first.weight - second.weight > weights.fit) return;
  const fit = fitOfRegions(
    national,
    ranked.slice(0, mostAsked).map(({ code }) => code),
  );
  for (const [code, share] of fit) tally.add(code, 'fit', share);
}

function addLocales(tally: Tally, page: RegionHints['page'], text: string): void {
  const locales = [page?.lang ?? null, ...(page?.locales ?? [])].flatMap(localeOf);
  for (const { region, language } of uniqueBy(locales, (one) => `${one.language}-${one.region}`)) {
    // Templates say en-US everywhere.
    if (region !== null) tally.add(region, 'locale', language === 'en' && region === 'US' ? 0.4 : 1);
  }
  const languages = unique(locales.map(({ language }) => language));
  const spoken = languages.length > 0 ? languages : [languageOfText(text)];
  for (const language of spoken) {
    for (const [rank, code] of regionsOfLanguage(language ?? '').entries()) tally.add(code, 'language', 1 / (1 + rank));
  }
}

/** Language and region of a BCP 47 tag, or of a POSIX locale. By hand, since `Intl.Locale` takes microseconds. */
function localeOf(locale: string | null): { language: string; region: string | null }[] {
  const match = /^\s*([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}))?(?![a-z])/i.exec(locale ?? '');
  if (match === null) return [];
  return [{ language: match[1]?.toLowerCase() ?? '', region: match[2]?.toUpperCase() ?? null }];
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function uniqueBy<T>(values: readonly T[], key: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}

function hostOf(url: string | null): string {
  return url === null ? '' : (URL.parse(url)?.hostname ?? '');
}

/** Country domains that the world uses for other things, and that say nothing about a region. */
const genericTlds = new Set('ac ag ai cc cd co fm gg io la ly me ms nu sh tk to tv vc ws'.split(' '));
const otherTlds = new Map([
  ['uk', 'GB'],
  ['gov', 'US'],
  ['mil', 'US'],
  ['edu', 'US'],
  ['su', 'RU'],
]);

function regionOfHost(host: string): string | null {
  const tld = /\.([a-z]{2,4})\.?$/i.exec(host)?.[1]?.toLowerCase() ?? '';
  if (genericTlds.has(tld) && !/\.(com?|net|org|gov|edu|ac)\.[a-z]{2}$/i.test(host)) return null;
  return otherTlds.get(tld) ?? (tld.length === 2 ? tld.toUpperCase() : null);
}

/** `GB`, `GB-LND`, `United Kingdom`. */
function regionOfCountry(country: string): string | null {
  const code = /^([A-Z]{2})(?:[-_]|$)/i.exec(country)?.[1]?.toUpperCase() ?? null;
  return code ?? regionNamed(country);
}

/** `(212) 555-0123` and `212.555.0123` are written so in the North American plan alone; any region of it parses them. */
const northAmerican = /(?<![\d.+/-])(?:1[-. ])?(?:\(\d{3}\)[ -]{0,2}|\d{3}[-.])\d{3}[-.]\d{4}(?![\d/-]|\.\d)/;
