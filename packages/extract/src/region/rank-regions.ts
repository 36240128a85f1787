import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max';

/** What a page's region was taken from, surest first. */
export type RegionEvidence = 'campaign' | 'tld' | 'numbers' | 'shape' | 'lang';

/** The region by which numbers without a country code are read, and why it is that. */
export type PageRegion = { code: CountryCode; evidence: RegionEvidence };

type RegionHints = {
  /** The campaign's region, which the operator states. */
  region: string | null;
  url: string | null;
  lang: string | null;
  ogLocale: string | null;
  /** Regions of the international numbers on the page; asked for only when nothing surer is known. */
  regionsOnPage(): Iterable<CountryCode>;
  /** The page's folded text. */
  text: string;
};

/**
 * The campaign's region, else the country of the host's TLD, else that of most international numbers on the page, else
 * the one that a number's shape gives away, else that of
 * its language tag or `og:locale`. The language comes last, because templates say `en-US` everywhere.
 */
export function regionOfPage(hints: RegionHints): PageRegion | null {
  return (
    pageRegion(hints.region, 'campaign') ??
    pageRegion(regionOfTld(hints.url), 'tld') ??
    pageRegion(mostFrequent(hints.regionsOnPage()), 'numbers') ??
    pageRegion(regionOfShape(hints.text), 'shape') ??
    pageRegion(regionOfLocale(hints.lang), 'lang') ??
    pageRegion(regionOfLocale(hints.ogLocale), 'lang')
  );
}

/** Whether numbers without a country code can be read by this region: an ISO 3166 code in capitals. */
export function isRegion(code: string): boolean {
  return isSupportedCountry(code);
}

function pageRegion(code: string | null, evidence: RegionEvidence): PageRegion | null {
  return code !== null && isSupportedCountry(code) ? { code, evidence } : null;
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

function regionOfTld(url: string | null): string | null {
  const host = url === null ? '' : (URL.parse(url)?.hostname ?? '');
  const tld = /\.([a-z]{2,4})\.?$/.exec(host)?.[1] ?? '';
  if (genericTlds.has(tld) && !/\.(com?|net|org|gov|edu|ac)\.[a-z]{2}$/.test(host)) return null;
  return otherTlds.get(tld) ?? (tld.length === 2 ? tld.toUpperCase() : null);
}

function mostFrequent(codes: Iterable<CountryCode>): CountryCode | null {
  const counts = new Map<CountryCode, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  let best: CountryCode | null = null;
  for (const [code, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = code;
  return best;
}

/** `(212) 555-0123` and `212.555.0123` are written so in the North American plan alone; any region of it parses them. */
function regionOfShape(text: string): string | null {
  return /(?<![\d.+/-])(?:1[-. ])?(?:\(\d{3}\)[ -]{0,2}|\d{3}[-.])\d{3}[-.]\d{4}(?![\d/-]|\.\d)/.test(text)
    ? 'US'
    : null;
}

function regionOfLocale(locale: string | null): string | null {
  try {
    return locale === null ? null : (new Intl.Locale(locale.trim().replaceAll('_', '-')).region ?? null);
  } catch {
    return null;
  }
}
