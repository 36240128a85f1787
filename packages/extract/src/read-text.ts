import { createFindingCollector, type FindingCollector } from './findings.ts';
import { fold } from './fold.ts';
import { matchNumbers, regionsOf } from './match-numbers.ts';
import { regionOfPage } from './region.ts';

export type ReadTextOptions = {
  /** ISO 3166-1 alpha-2, for numbers without a country code; null to take the region of most of the others. */
  region: string | null;
  maxFindings?: number;
};

export type TextReading = Pick<FindingCollector, 'findings' | 'rejected' | 'cuts'>;

/** Reads the phone numbers of plain text. Pure, never throws on any input; takes time in proportion to the text. */
export function readText(
  text: string,
  { region, maxFindings = Number.POSITIVE_INFINITY }: ReadTextOptions,
): TextReading {
  const folded = fold(text);
  const textRegion = regionOfPage({
    region,
    url: null,
    lang: null,
    ogLocale: null,
    regionsOnPage: () => regionsOf(matchNumbers(folded, null)),
    text: folded,
  });
  const { take, findings, rejected, cuts } = createFindingCollector(textRegion, maxFindings);
  take(matchNumbers(folded, textRegion?.code ?? null), 'text', null);
  return { findings, rejected, cuts };
}
