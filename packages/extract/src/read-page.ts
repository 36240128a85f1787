import type { CutKind, RejectReason } from '@numfleet/contracts';
import type { CountryCode } from 'libphonenumber-js/max';
import { createFindingCollector, type Finding } from './findings.ts';
import { fold } from './fold.ts';
import { type DeclaredNumber, numbersInJsonLd } from './json-ld.ts';
import { labelBefore } from './labels.ts';
import { matchDeclared, matchNumbers, regionsOf } from './match-numbers.ts';
import { linksOf } from './page-links.ts';
import { type PhoneLink, readPhoneLink } from './phone-links.ts';
import { regionOfPage } from './region.ts';
import { type ScannedPage, scanPage } from './scan-page.ts';

export type ReadPageOptions = {
  /** The page's own address, for its links and its TLD. */
  url: string;
  /** The campaign's region, ISO 3166-1 alpha-2, for numbers without a country code; null to go by the page's hints. */
  region: string | null;
  maxFindings: number;
  maxLinks: number;
};

export type PageReading = {
  findings: Finding[];
  /** Candidates that were dropped, by reason. */
  rejected: Partial<Record<RejectReason, number>>;
  /** Absolute http(s) URLs, without fragment, each once. */
  links: string[];
  cuts: CutKind[];
  /** The page asks that its links be not followed; then there are none. */
  nofollow: boolean;
  /** It looks as if scripts had yet to make the page. */
  wantsBrowser: boolean;
};

/** Reads a page's phone numbers and links. Pure, never throws on any input; takes time in proportion to the page. */
export function readPage(html: string, { url, region, maxFindings, maxLinks }: ReadPageOptions): PageReading {
  const page = scanPage(html);
  const numbers = numbersOn(page);
  const pageRegion = regionOfPage({
    region,
    url,
    lang: page.lang,
    ogLocale: page.ogLocale,
    regionsOnPage: () => regionsOn(numbers),
    text: numbers.text,
  });
  const code = pageRegion?.code ?? null;
  const collector = createFindingCollector(pageRegion, maxFindings);
  for (const { value, label } of numbers.links) collector.take(matchDeclared(value, code), 'tel', label);
  for (const { value, isFax } of numbers.jsonLd) collector.take(matchDeclared(value, code), 'jsonld', faxLabel(isFax));
  for (const { value, isFax } of numbers.microdata) {
    collector.take(matchDeclared(value, code), 'microdata', faxLabel(isFax));
  }
  collector.take(matchNumbers(numbers.text, code), 'text', null);
  const { links, cut } = linksOf(page, url, maxLinks);
  const cuts: CutKind[] = cut ? [...collector.cuts, 'links'] : collector.cuts;
  const { findings, rejected } = collector;
  return { findings, rejected, links, cuts, nofollow: page.nofollow, wantsBrowser: page.evidence.wantsBrowser() };
}

/** All of a page that may hold numbers, folded. */
type NumbersOnPage = { links: PhoneLink[]; jsonLd: DeclaredNumber[]; microdata: DeclaredNumber[]; text: string };

function numbersOn(page: ScannedPage): NumbersOnPage {
  return {
    links: page.anchors.flatMap(({ href, before }) => {
      const link = readPhoneLink(href);
      return link === null ? [] : [{ value: fold(link.value), label: labelOfLink(link, before) }];
    }),
    jsonLd: page.jsonLd.flatMap(numbersInJsonLd).map(foldValue),
    microdata: page.microdata.map(foldValue),
    text: fold(page.text.toString()),
  };
}

function foldValue({ value, isFax }: DeclaredNumber): DeclaredNumber {
  return { value: fold(value), isFax };
}

/** A fax or mobile number is often linked by `tel:` as well; the words before the link tell. */
function labelOfLink({ label }: PhoneLink, before: string): PhoneLink['label'] {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return label === 'phone' ? (labelBefore(line) ?? label) : label;
}

function faxLabel(isFax: boolean): 'fax' | null {
  return isFax ? 'fax' : null;
}

function* regionsOn({ links, jsonLd, microdata, text }: NumbersOnPage): Generator<CountryCode> {
  for (const { value } of [...links, ...jsonLd, ...microdata]) yield* regionsOf(matchDeclared(value, null));
  yield* regionsOf(matchNumbers(text, null));
}
