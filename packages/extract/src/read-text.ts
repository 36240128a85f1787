import { createFindingCollector, type FindingCollector, type Rejection } from './match/findings.ts';
import { matchText, regionsIn } from './match/match-text.ts';
import { placeIn } from './read-page.ts';
import { rankRegions } from './region/rank-regions.ts';
import { createTextWriter } from './text/folded-text.ts';

export type ReadTextOptions = {
  /** ISO 3166-1 alpha-2, for numbers without a country code; null to take the region of most of the others. */
  region: string | null;
  maxFindings?: number;
  onRejected?: (rejection: Rejection) => void;
};

export type TextReading = Pick<FindingCollector, 'findings' | 'rejected' | 'cuts'>;

/** Reads the phone numbers of plain text. Pure, never throws on any input; takes time in proportion to the text. */
export function readText(
  text: string,
  { region, maxFindings = Number.POSITIVE_INFINITY, onRejected }: ReadTextOptions,
): TextReading {
  const writer = createTextWriter();
  let at = 0;
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029\x85]/)) {
    writer.write(line, at);
    writer.breakLine();
    at += line.length + 1;
  }
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
  const { findings, rejected, cuts } = collector;
  return { findings, rejected, cuts };
}
