import type { CutKind, FindingLabel, Normalisation, RejectReason } from '@numfleet/contracts';
import { textOf } from './html/bytes.ts';
import {
  createFindingCollector,
  type Finding,
  type FindingCollector,
  type PlaceOf,
  type Rejection,
} from './match/findings.ts';
import { labelBefore } from './match/labels.ts';
import { matchDeclared, matchText, regionsIn } from './match/match-text.ts';
import { countNormalisations } from './match/normalisations.ts';
import type { DeclaredValue } from './page/declared-property.ts';
import { linksOf } from './page/page-links.ts';
import { type PhoneLink, readPhoneLink } from './page/phone-links.ts';
import { type ScannedPage, scanPage } from './page/scan-page.ts';
import { countRegions, type RankedRegion, type RegionCounts, rankRegions } from './region/rank-regions.ts';
import { fold } from './text/folded-text.ts';
import type { FoldedText } from './text/sheet.ts';

export type ReadPageOptions = {
  /** The page's own address, for its links and its TLD. */
  url: string;
  /** The campaign's region, ISO 3166-1 alpha-2, for numbers without a country code; null to go by the page's hints. */
  region: string | null;
  /** What other pages of its host say of its region: their `numberRegions`, added up. */
  hostNumbers?: RegionCounts;
  maxFindings: number;
  maxLinks: number;
  /** The page is as a browser left it: what stands in `<noscript>` is not on it. */
  isRendered?: boolean;
  /** Told of every candidate that was dropped, with its place. */
  onRejected?: (rejection: Rejection) => void;
};

export type PageReading = {
  findings: Finding[];
  /** Candidates that were dropped, by reason. */
  rejected: Partial<Record<RejectReason, number>>;
  /** What the spellings of its findings needed before they could be read; of those that it declares it is not counted. */
  normalised: Partial<Record<Normalisation, number>>;
  /** Absolute http(s) URLs, without fragment, each once. */
  links: string[];
  cuts: CutKind[];
  /** The page asks that its links be not followed; then there are none. */
  nofollow: boolean;
  /** It asks not to be kept: whoever reads it for a crawl drops its findings. */
  noindex: boolean;
  /** It looks as if scripts had yet to make the page. */
  wantsBrowser: boolean;
  /** It has scripts that a browser would run; without any it is the same in a browser. */
  hasScripts: boolean;
  /** The regions by which numbers without a country code were read, the likeliest first. */
  regions: RankedRegion[];
  /** How many of its international numbers are of each region. Guessed regions are left out: they would feed on themselves. */
  numberRegions: RegionCounts;
};

/**
 * Reads a page's phone numbers and links. Takes the page as text, or as UTF-8 (see `toUtf8`), which is faster. Pure, never throws on
 * any input; takes time in proportion to the page.
 */
export function readPage(html: string | Uint8Array, options: ReadPageOptions): PageReading {
  const { url, region, hostNumbers, maxFindings, maxLinks, isRendered = false, onRejected } = options;
  // A Buffer of Node.js has a hidden class of its own, and loops that meet both kinds are slower.
  const bytes =
    typeof html === 'string'
      ? new TextEncoder().encode(html)
      : new Uint8Array(html.buffer, html.byteOffset, html.byteLength);
  const page = scanPage(bytes, { isRendered, wantsLinks: maxLinks > 0 });
  const values = declaredOn(page);
  const numbers = regionsOn(page, values);
  const regions = rankRegions({ region, url, page: hintsOf(page), numbers, hostNumbers, text: page.text.text });
  const collector = createFindingCollector({ regions, maxFindings, onRejected });
  const codes = regions.map(({ code }) => code);
  for (const { value, source, label, offset } of values) {
    matchDeclared(
      value,
      codes,
      collector.takeFrom(source, label, () => ({ offset, length: value.length })),
    );
  }
  for (const source of ['text', 'attribute', 'script'] as const) {
    const folded = source === 'attribute' ? page.attributes : page[source];
    takeText(collector, folded, source, codes);
  }
  const { links, cut } = linksOf(page, url, maxLinks);
  const cuts = new Set<CutKind>(collector.cuts);
  if (page.isCut) cuts.add('findings');
  if (cut) cuts.add('links');
  const { findings, rejected } = collector;
  return {
    findings,
    rejected,
    normalised: countNormalisations(spellingsOf(findings, bytes)),
    links,
    cuts: [...cuts],
    nofollow: page.nofollow,
    noindex: page.noindex,
    wantsBrowser: page.evidence.wantsBrowser(),
    hasScripts: page.evidence.hasScripts(),
    regions,
    numberRegions: countRegions(numbers),
  };
}

/** What the page declares to be a number, folded. */
type Declared = {
  value: string;
  source: 'tel' | 'jsonld' | 'microdata' | 'vcard' | 'attribute';
  label: FindingLabel | null;
  offset: number;
};

function declaredOn(page: ScannedPage): Declared[] {
  const declared = (value: DeclaredValue, source: Declared['source']): Declared => ({
    value: fold(value.value),
    source,
    label: value.isFax ? 'fax' : null,
    offset: value.offset,
  });
  return [
    ...page.phoneLinks.flatMap(({ href, before, offset }): Declared[] => {
      const link = readPhoneLink(href);
      return link === null
        ? []
        : [{ value: fold(link.value), source: 'tel', label: labelOfLink(link, before), offset }];
    }),
    ...page.jsonLd.map((one) => declared(one, 'jsonld')),
    ...page.properties.map((one) => declared(one, 'microdata')),
    ...page.vcards.map(
      ({ value, label, offset }): Declared => ({ value: fold(value), source: 'vcard', label, offset }),
    ),
    ...page.declared.map((one) => declared(one, 'attribute')),
  ];
}

/** A fax or mobile number is often linked by `tel:` as well; the words before the link tell. */
function labelOfLink({ label }: PhoneLink, before: string): FindingLabel {
  return label === 'phone' ? (labelBefore(before) ?? label) : label;
}

function hintsOf({ hints, countries }: ScannedPage): Parameters<typeof rankRegions>[0]['page'] {
  return { ...hints, countries: [...hints.countries, ...countries] };
}

function regionsOn(page: ScannedPage, values: readonly Declared[]): string[] {
  return [...values.map(({ value }) => value), page.text.text, page.script.text].flatMap(regionsIn);
}

/** As they are written, each to the end of its last character. */
function spellingsOf(findings: readonly Finding[], bytes: Uint8Array): string[] {
  return findings
    .filter(({ source }) => source in machineTexts)
    .map(({ offset, length }) => {
      let end = offset + length;
      while (((bytes[end] ?? 0) & 0xc0) === 0x80) end += 1;
      return textOf(bytes, offset, end);
    });
}

function takeText(
  collector: FindingCollector,
  { text, offsetAt }: FoldedText,
  source: 'text' | 'attribute' | 'script',
  regions: readonly string[],
): void {
  const isSettled = (e164: string): boolean => collector.isSettled(source, e164);
  const take = collector.takeFrom(source, null, placeIn(offsetAt));
  matchText(text, { regions, isSettled, ...machineTexts[source] }, take);
}

const machineTexts = { text: {}, attribute: { machineText: 'some' }, script: { machineText: 'all' } } as const;

/** The last character's length in bytes is not kept; digits and brackets are mostly one. */
export function placeIn(offsetAt: FoldedText['offsetAt']): PlaceOf {
  return (start, end) => {
    const offset = offsetAt(start);
    return { offset, length: offsetAt(end - 1) - offset + 1 };
  };
}
