import type { CutKind, FindingLabel, FindingSource, NumberType, RejectReason } from '@numfleet/contracts';
import { createPhoneNumber, type PhoneNumber } from '@numfleet/privacy/phone-number';
import type { RankedRegion, RegionEvidence } from '../region/rank-regions.ts';
import type { Match, TakeReading } from './match-text.ts';

export type Finding = {
  number: PhoneNumber;
  /** ISO 3166-1 alpha-2; null for numbers of no country, such as +800. */
  region: string | null;
  type: NumberType;
  source: FindingSource;
  label: FindingLabel | null;
  /** 0 to 1, see `confidenceOf`. */
  confidence: number;
  /** What its region was taken from; null where the number itself names its country. */
  evidence: RegionEvidence | null;
  /** Where it stands in the page's UTF-8, and how long it is there, in bytes; of a declared value, where that begins. */
  offset: number;
  length: number;
};

export type Rejection = { reason: RejectReason; source: FindingSource; offset: number; length: number };

/** A place in the source of a number's place in the text that was matched. */
export type PlaceOf = (start: number, end: number) => { offset: number; length: number };

export type FindingCollector = {
  /** Takes what is read from a source until the limit is met; then nothing more, and says so as a cut. */
  takeFrom(source: FindingSource, label: FindingLabel | null, placeOf: PlaceOf): TakeReading;
  /** Whether a number needs no closer look: it was found from that source, and has a label or repeatedly had none. */
  isSettled(source: FindingSource, e164: string): boolean;
  findings: Finding[];
  rejected: Partial<Record<RejectReason, number>>;
  cuts: CutKind[];
};

type CollectorOptions = {
  regions: readonly RankedRegion[];
  maxFindings: number;
  /** Told of every rejection with its place, for who explains a page. */
  onRejected?: ((rejection: Rejection) => void) | undefined;
};

/** How often a number without a label is looked at for one. */
const mostLooks = 4;

/** One finding a number and source of a page: the same again is counted as `duplicate-markup`. */
export function createFindingCollector({ regions, maxFindings, onRejected }: CollectorOptions): FindingCollector {
  const known = new Map<string, { finding: Finding; asked: number }>();
  const reject = (
    reason: RejectReason,
    source: FindingSource,
    place: { offset: number; length: number } | null,
  ): void => {
    collector.rejected[reason] = (collector.rejected[reason] ?? 0) + 1;
    if (place !== null) onRejected?.({ reason, source, ...place });
  };
  const collector: FindingCollector = {
    findings: [],
    rejected: {},
    cuts: [],
    isSettled(source, e164) {
      const entry = known.get(`${source} ${e164}`);
      if (entry === undefined) return false;
      entry.asked += 1;
      return entry.finding.label !== null || entry.asked > mostLooks;
    },
    takeFrom: (source, label, placeOf) => (reading) => {
      if (collector.cuts.length > 0) return false;
      if ('rejected' in reading) {
        reject(reading.rejected, source, onRejected === undefined ? null : placeOf(reading.start, reading.end));
        return true;
      }
      const { match } = reading;
      const key = `${source} ${match.e164}`;
      const earlier = known.get(key);
      if (earlier !== undefined) {
        earlier.finding.label ??= label ?? match.label;
        reject('duplicate-markup', source, onRejected === undefined ? null : placeOf(match.start, match.end));
      } else if (collector.findings.length >= maxFindings) {
        collector.cuts.push('findings');
        return false;
      } else {
        const finding = findingOf(match, source, label, regions, placeOf(match.start, match.end));
        known.set(key, { finding, asked: 0 });
        collector.findings.push(finding);
      }
      return true;
    },
  };
  return collector;
}

function findingOf(
  match: Match,
  source: FindingSource,
  label: FindingLabel | null,
  regions: readonly RankedRegion[],
  place: { offset: number; length: number },
): Finding {
  const assumed = regions[match.assumed] ?? null;
  return {
    number: createPhoneNumber(match.e164),
    region: match.region,
    type: match.type,
    source,
    label: label ?? match.label,
    confidence: confidenceOf(source, assumed, regions),
    evidence: assumed?.evidence ?? null,
    ...place,
  };
}

const bySource: Record<FindingSource, number> = {
  tel: 0.99,
  jsonld: 0.97,
  microdata: 0.97,
  vcard: 0.97,
  text: 0.95,
  attribute: 0.9,
  script: 0.8,
};
const byRegion: Record<RegionEvidence, number> = {
  campaign: 0.95,
  tld: 0.85,
  country: 0.85,
  site: 0.8,
  numbers: 0.8,
  host: 0.8,
  address: 0.8,
  shape: 0.8,
  fit: 0.75,
  locale: 0.75,
  language: 0.6,
};

/**
 * How sure a finding is: its source's weight, times that of the region's evidence where one had to be assumed, less where it is not
 * the likeliest region. These are ranks and not measured probabilities: `tel:` links over declared values over text, and
 * the campaign's region over guesses.
 */
function confidenceOf(source: FindingSource, assumed: RankedRegion | null, regions: readonly RankedRegion[]): number {
  const region = assumed === null ? 1 : byRegion[assumed.evidence] * (assumed === regions[0] ? 1 : 0.8);
  return Math.round(bySource[source] * region * 100) / 100;
}
