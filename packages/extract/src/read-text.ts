import { createFindingCollector, type FindingCollector, type Rejection } from './match/findings.ts';
import { matchDeclared, matchText, regionsIn } from './match/match-text.ts';
import { countriesInVcards, isVcard, numbersInVcards } from './page/vcards.ts';
import { placeIn } from './read-page.ts';
import { rankRegions } from './region/rank-regions.ts';
import { createTextWriter, fold } from './text/folded-text.ts';

export type ReadTextOptions = {
  /** ISO 3166-1 alpha-2, for numbers without a country code; null to take the region of most of the others. */
  region: string | null;
  maxFindings?: number;
  onRejected?: (rejection: Rejection) => void;
};

const noLimit = Number.POSITIVE_INFINITY;

export type TextReading = Pick<FindingCollector, 'findings' | 'rejected' | 'cuts'>;

/**
 * Reads the phone numbers of plain text; of vCards the telephones that they name. Pure, never throws on any input; takes time in
 * proportion to the text. Offsets and lengths are those of the text, in characters.
 */
export function readText(text: string, options: ReadTextOptions): TextReading {
  const { findings, rejected, cuts } = isVcard(text) ? readVcards(text, options) : readPlainText(text, options);
  return { findings, rejected, cuts };
}

function readVcards(text: string, { region, maxFindings = noLimit, onRejected }: ReadTextOptions): FindingCollector {
  const numbers = numbersInVcards(text).map(({ value, ...rest }) => ({ ...rest, value: fold(value) }));
  const regions = rankRegions({
    region,
    url: null,
    page: { lang: null, locales: [], hosts: [], countries: countriesInVcards(text) },
    numbers: numbers.flatMap(({ value }) => regionsIn(value)),
    text: '',
  });
  const collector = createFindingCollector({ regions, maxFindings, onRejected });
  const codes = regions.map(({ code }) => code);
  for (const { value, label, offset } of numbers) {
    collector.take(matchDeclared(value, codes), 'vcard', label, () => ({ offset, length: value.length }));
  }
  return collector;
}

function readPlainText(text: string, { region, maxFindings = noLimit, onRejected }: ReadTextOptions): FindingCollector {
  const writer = createTextWriter();
  let at = 0;
  for (const [index, part] of text.split(/(\r\n|[\n\r\u2028\u2029\x85])/).entries()) {
    // Lines, and what ends them, in turn.
    if (index % 2 === 0) writer.write(part, at);
    else writer.breakLine();
    at += part.length;
  }
  writer.breakLine();
  const { text: folded, offsets } = writer.finish();
  const regions = rankRegions({ region, url: null, page: null, numbers: regionsIn(folded), text: folded });
  const collector = createFindingCollector({ regions, maxFindings, onRejected });
  const isSettled = (e164: string): boolean => collector.isSettled('text', e164);
  const readings = matchText(folded, {
    regions: regions.map(({ code }) => code),
    isTold: region !== null,
    isSettled,
  });
  collector.take(readings, 'text', null, placeIn(offsets));
  return collector;
}
