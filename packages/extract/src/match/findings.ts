import type { CutKind, FindingLabel, FindingSource, NumberType, RejectReason } from '@numfleet/contracts';
import { createPhoneNumber, type PhoneNumber } from '@numfleet/privacy/phone-number';
import type { Match, Reading } from './match-numbers.ts';
import type { PageRegion, RegionEvidence } from './region.ts';

export type Finding = {
  number: PhoneNumber;
  /** ISO 3166-1 alpha-2; null for numbers of no country, such as +800. */
  region: string | null;
  type: NumberType;
  source: FindingSource;
  label: FindingLabel | null;
  /** 0 to 1, see `confidenceOf`. */
  confidence: number;
};

export type FindingCollector = {
  /** Takes what was read until the limit is met; then nothing more, and says so as a cut. */
  take(readings: Iterable<Reading>, source: FindingSource, label: FindingLabel | null): void;
  findings: Finding[];
  rejected: Partial<Record<RejectReason, number>>;
  cuts: CutKind[];
};

/** One finding a number and source of a page: the same again is counted as `duplicate-markup`. */
export function createFindingCollector(region: PageRegion | null, maxFindings: number): FindingCollector {
  const known = new Map<string, Finding>();
  const collector: FindingCollector = {
    findings: [],
    rejected: {},
    cuts: [],
    take(readings, source, label) {
      if (collector.cuts.length > 0) return;
      for (const reading of readings) {
        if ('rejected' in reading) {
          count(collector.rejected, reading.rejected);
          continue;
        }
        const finding = findingOf(reading.match, source, label, region);
        const key = `${source} ${reading.match.e164}`;
        const earlier = known.get(key);
        if (earlier !== undefined) {
          earlier.label ??= finding.label;
          count(collector.rejected, 'duplicate-markup');
        } else if (collector.findings.length >= maxFindings) {
          collector.cuts.push('findings');
          return;
        } else {
          known.set(key, finding);
          collector.findings.push(finding);
        }
      }
    },
  };
  return collector;
}

function count(rejected: Partial<Record<RejectReason, number>>, reason: RejectReason): void {
  rejected[reason] = (rejected[reason] ?? 0) + 1;
}

function findingOf(
  match: Match,
  source: FindingSource,
  label: FindingLabel | null,
  region: PageRegion | null,
): Finding {
  return {
    number: createPhoneNumber(match.e164),
    region: match.region,
    type: match.type,
    source,
    label: label ?? match.label,
    confidence: confidenceOf(match, source, region?.evidence ?? null),
  };
}

/** `attribute` and `script` (string literals of live scripts) are read in a later step. */
const bySource: Record<FindingSource, number> = {
  tel: 0.99,
  jsonld: 0.97,
  microdata: 0.97,
  text: 0.95,
  attribute: 0.9,
  script: 0.8,
};
const byRegion: Record<RegionEvidence, number> = { campaign: 0.95, tld: 0.85, numbers: 0.8, shape: 0.8, lang: 0.75 };

/**
 * How sure a finding is: its source's weight, times that of the region's evidence where one had to be assumed. These are
 * ranks and not measured probabilities: `tel:` links over declared values over text, and the campaign's region over guesses.
 */
function confidenceOf(match: Match, source: FindingSource, evidence: RegionEvidence | null): number {
  const assumed = match.international || evidence === null ? 1 : byRegion[evidence];
  return Math.round(bySource[source] * assumed * 100) / 100;
}
