import {
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { numbersOfRanges } from '../../extract/coverage/number-ranges.ts';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { editSource } from '../inject/edit-source.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, crawl, endedPages, sumOverFleet } from './measure.ts';
import { openPagesField, type PagesField } from './pages-field.ts';
import { byPage } from './read-pages.ts';

const rejected = 'numfleet_candidates_rejected_total';
const unknownPrefix = { metric: rejected, labels: { reason: 'unknown-prefix' } };
const found = { metric: 'numfleet_findings_total', labels: {} };

/** Of all ranges, and of those of the region that is read worst. What is missed has six digits in all. */
const [leastRecall, leastOfRegion] = [0.9995, 0.97];
/** How many there are is known when a fleet is opened; with each release of the metadata it changes a little. */
const [leastNumbers, leastUnassigned] = [70_000, 200];
const missing = 'http://ranges.test/missing';

/** A pattern of prefixes that were in use when it was written, and nobody saw what it missed. */
export const g16 = defineScenario<PagesField>({
  id: 'G16',
  title: 'Every number range of every region, and ranges that the metadata lacks',
  deadlineMs: 240_000,
  open: () =>
    openPagesField(
      new Map([
        ...[...numbersByRegion()].map(
          ([region, spellings]) => [urlOf(region), paragraphs([...spellings.values()])] as const,
        ),
        [missing, paragraphs(unassignedNumbers())],
      ]),
      {
        env: { NUMFLEET_CRAWLERS: '1' },
        undefended: editSource({
          file: 'packages/extract/src/match/match-text.ts',
          from: "'unknown-prefix' : 'invalid'",
          to: "'invalid' : 'invalid'",
        }),
      },
    ),
  faults: [everyRange(), missingRanges()],
});

const urlOf = (region: string) => `http://ranges.test/${region.toLowerCase()}`;

/** By region: a number for every three digits that numbers of a type begin with, and how it is written. */
function numbersByRegion(): Map<string, Map<string, string>> {
  const regions = new Map<string, Map<string, string>>();
  for (const { region, number } of numbersOfRanges()) {
    const numbers = regions.get(region) ?? new Map<string, string>();
    regions.set(region, numbers.set(number.number, number.formatInternational()));
  }
  return regions;
}

/** Of each calling code one that is as long as its numbers are, in a range that it has not given to anybody. */
function unassignedNumbers(): string[] {
  const regions = new Map(getCountries().map((region) => [getCountryCallingCode(region), region]));
  return [...regions].flatMap(([code, region]) => {
    const length = getExampleNumber(region, examples)?.nationalNumber.length ?? 0;
    const prefixes = Array.from({ length: 800 }, (_, n) => 999 - n);
    const numbers = prefixes.map((prefix) => `+${code}${prefix}`.padEnd(1 + code.length + length, '9'));
    const unassigned = numbers.find((text) => {
      const number = parsePhoneNumberFromString(text);
      return number?.isPossible() === true && !number.isValid();
    });
    return unassigned === undefined ? [] : [unassigned];
  });
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `<p>${text}</p>`).join('\n');
}

function everyRange(): Fault<PagesField> {
  return {
    title: 'a number of each range of every region',
    signal: {
      ...{ ...found, least: leastNumbers, withinSeconds: 90 },
      elsewhere: unknownPrefix,
    },
    async inject({ fleet }) {
      return {
        async hold() {
          const regions = numbersByRegion();
          const campaign = await crawl(fleet, [...regions.keys()].map(urlOf));
          await endedPages(fleet, campaign, 120_000);
          const pages = byPage(await fleet.api.numbers(campaign, 'game day'));
          return recall(regions, (region) => new Set(pages.get(urlOf(region))?.keys()));
        },
        async [Symbol.asyncDispose]() {},
      };
    },
    defenceOff: {
      title: 'a pattern for the mobile numbers of one country',
      async run() {
        const regions = numbersByRegion();
        const pattern = /\+86 ?1(?:[38]\d|5[0-35-9]|47|7[06-8])\d? ?\d{4} ?\d{4}/;
        return recall(regions, (region) => {
          const spellings = [...(regions.get(region) ?? [])];
          return new Set(spellings.filter(([, spelling]) => pattern.test(spelling)).map(([number]) => number));
        });
      },
    },
  };
}

function recall(
  regions: ReturnType<typeof numbersByRegion>,
  read: (region: string) => ReadonlySet<string>,
): Assertion[] {
  const rows = [...regions].map(([region, numbers]) => {
    const hits = new Set(numbers.keys()).intersection(read(region)).size;
    return { region, hits, all: numbers.size, share: hits / numbers.size };
  });
  const [hits, all] = [sum(rows.map((row) => row.hits)), sum(rows.map((row) => row.all))];
  const worst = rows.reduce((least, row) => (row.share < least.share ? row : least));
  return [
    assertion('ranges of all regions', hits / all >= leastRecall, `${hits} of ${all}`),
    assertion(
      'of the region that is read worst',
      worst.share >= leastOfRegion,
      `${worst.region}: ${worst.hits} of ${worst.all}`,
    ),
  ];
}

function missingRanges(): Fault<PagesField> {
  return {
    title: 'numbers of ranges that the metadata lacks, one of each calling code',
    signal: { ...unknownPrefix, least: leastUnassigned, withinSeconds: 20, elsewhere: found },
    inject: async (field) => ({ hold: () => told(field), async [Symbol.asyncDispose]() {} }),
    defenceOff: {
      title: 'they are as invalid as all else',
      run: async (field) => await told(await field.undefended()),
    },
  };
}

async function told(field: FleetField): Promise<Assertion[]> {
  const count = unassignedNumbers().length;
  const read = () => Promise.all([sumOverFleet(field, unknownPrefix), sumOverFleet(field, found)]);
  const [unknownBefore, foundBefore] = await read();
  const [page] = await endedPages(field.fleet, await crawl(field.fleet, [missing]), 30_000);
  const [unknown, others] = await read();
  const share = (unknown - unknownBefore) / Math.max(1, unknown - unknownBefore + others - foundBefore);
  return [
    assertion('none is taken for a number', page?.findings === 0, `${page?.findings} found`),
    assertion(
      'each is counted as of an unknown prefix',
      unknown - unknownBefore === count,
      `${unknown - unknownBefore} of ${count}`,
    ),
    assertion('its share of what looks like a number tells', share === 1, `${(100 * share).toFixed(0)} %`),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
