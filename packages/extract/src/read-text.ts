import type { Normalisation } from '@numfleet/contracts';
import { createFindingCollector, type FindingCollector, type Rejection } from './match/findings.ts';
import { matchDeclared, matchText, regionsIn } from './match/match-text.ts';
import { countNormalisations } from './match/normalisations.ts';
import { isVcard, readVcards } from './page/vcards.ts';
import { placeIn } from './read-page.ts';
import { type RankedRegion, rankRegions } from './region/rank-regions.ts';
import { createTextWriter, fold } from './text/folded-text.ts';

export type ReadTextOptions = {
  /** ISO 3166-1 alpha-2, for numbers without a country code; null to take the region of most of the others. */
  region: string | null;
  maxFindings?: number;
  onRejected?: (rejection: Rejection) => void;
};

const noLimit = Number.POSITIVE_INFINITY;

export type TextReading = Pick<FindingCollector, 'findings' | 'rejected' | 'cuts'> & {
  /** The regions by which numbers without a country code were read, the likeliest first. */
  regions: RankedRegion[];
  /** What the spellings of its findings needed before they could be read. */
  normalised: Partial<Record<Normalisation, number>>;
};

/**
 * Reads the phone numbers of plain text; of vCards the telephones that they name. Pure, never throws on any input; takes time in
 * proportion to the text. Offsets and lengths are those of the text, in characters.
 */
export function readText(text: string, options: ReadTextOptions): TextReading {
  const { collector, regions } = isVcard(text) ? readVcardText(text, options) : readPlainText(text, options);
  const { findings, rejected, cuts } = collector;
  const spellings = findings.map(({ offset, length }) => text.slice(offset, offset + length));
  return { findings, rejected, cuts, regions, normalised: countNormalisations(spellings) };
}

type Collected = { collector: FindingCollector; regions: RankedRegion[] };

function readVcardText(text: string, { region, maxFindings = noLimit, onRejected }: ReadTextOptions): Collected {
  const { numbers: declared, countries } = readVcards(text);
  const numbers = declared.map(({ value, ...rest }) => ({ ...rest, value: fold(value) }));
  const regions = rankRegions({
    region,
    url: null,
    page: { lang: null, locales: [], hosts: [], countries },
    numbers: numbers.flatMap(({ value }) => regionsIn(value)),
    text: '',
  });
  const collector = createFindingCollector({ regions, maxFindings, onRejected });
  const codes = regions.map(({ code }) => code);
  for (const { value, label, offset } of numbers) {
    matchDeclared(
      value,
      codes,
      collector.takeFrom('vcard', label, () => ({ offset, length: value.length })),
    );
  }
  return { collector, regions };
}

function readPlainText(text: string, { region, maxFindings = noLimit, onRejected }: ReadTextOptions): Collected {
  const writer = createTextWriter();
  let at = 0;
  for (const [index, part] of text.split(/(\r\n|[\n\r\u2028\u2029\x85])/).entries()) {
    // Lines, and what ends them, in turn.
    if (index % 2 === 0) writer.write(part, at);
    else writer.breakLine();
    at += part.length;
  }
  writer.breakLine();
  const { text: folded, offsetAt } = writer.finish();
  const regions = rankRegions({ region, url: null, page: null, numbers: regionsIn(folded), text: folded });
  const collector = createFindingCollector({ regions, maxFindings, onRejected });
  const isSettled = (e164: string): boolean => collector.isSettled('text', e164);
  const take = collector.takeFrom('text', null, placeIn(offsetAt));
  matchText(folded, { regions: regions.map(({ code }) => code), isSettled }, take);
  return { collector, regions };
}
