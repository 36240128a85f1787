import { type RejectReason, rejectReasons } from '@numfleet/contracts';
import { getCountries, getExampleNumber, type PhoneNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { editSource } from '../inject/edit-source.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, sumOverFleet } from './measure.ts';
import { openPagesField, type PagesField } from './pages-field.ts';
import { comesOut, type NumbersByPage, readPages } from './read-pages.ts';

interface Written {
  html: string;
  numbers: string[];
}

type Pages = ReadonlyMap<string, Written>;

/** Country domains that the world uses for other things say nothing about a region. */
const genericTlds = new Set(['CC', 'CD', 'CO', 'FM', 'GG', 'IO', 'LA', 'LY', 'ME', 'NU', 'TO', 'WS']);
/** A number that is written without its country code is so far from sure, at most. */
const mostWhenAssumed = 0.91;

const chinese = ['+86 138-1234-5678', '0086 138 1234 5678', '13812345678', '138 1234 5678', '+86 (0)10 6552 9988'];
const inChina = ['13812345678', '(010) 6552 9988'];
const inChinaE164 = ['+8613812345678', '+861065529988'];
const rejects: Readonly<Partial<Record<RejectReason, readonly string[]>>> = {
  'no-region': ['20 7946 0958', '0151 496 0301', '030 901820', '7946 0958 11'],
  invalid: ['+999 123 456 789', '+44 20 7946 0958 0958'],
  date: ['25.08.2015 22:30', '2015-08-25'],
  identifier: ['ISBN 978-0-306-40615-7'],
};

/** One pattern for one prefix of one country. */
export const g31 = defineScenario<PagesField>({
  id: 'G31',
  title: 'Numbers as each region writes them, abroad and at home',
  deadlineMs: 180_000,
  open: () =>
    openPagesField(htmlOf(new Map([...stated(), ...hinted(), ...inCampaign(), ...worthless()])), {
      env: { NUMFLEET_CRAWLERS: '1' },
      undefended: editSource({
        file: 'packages/extract/src/region/rank-regions.ts',
        from: 'tally.ranked().slice(0, mostRegions);',
        to: '[];',
      }),
    }),
  faults: [everyRegion()],
});

/** With their country code. */
function stated(): Pages {
  const all = exampleNumbers();
  const numbers = all.map(({ number }) => number);
  const page = (spelling: (number: PhoneNumber) => string): Written => ({
    html: paragraphs(all.map(spelling)),
    numbers,
  });
  return new Map([
    ['http://stated.test/plus', page((number) => number.formatInternational())],
    ['http://stated.test/dialled', page((number) => number.formatInternational().replace('+', '00 '))],
    ['http://stated.test/china', { html: paragraphs(chinese), numbers: inChinaE164 }],
  ]);
}

/** As at home, each on pages that tell of its region by their address, their language and the country that they name. */
function hinted(): Pages {
  return new Map(
    exampleNumbers().flatMap((number) => {
      const region = number.country ?? '';
      const name = region.toLowerCase();
      // Pages that say the same are crawled once.
      const page = (markup: string, title: string): Written => ({
        html: `${markup}<h1>${title}</h1><p>Tel: ${number.formatNational()}</p>`,
        numbers: [number.number],
      });
      const byTld: [string, Written] = [`http://shop.${region === 'GB' ? 'uk' : name}/`, page('', 'Shop')];
      return [
        ...(genericTlds.has(region) ? [] : [byTld]),
        [`http://language.test/${name}`, page(`<html lang="en-${region}">`, 'Language')] as const,
        [
          `http://country.test/${name}`,
          page(`<meta itemprop="addressCountry" content="${region}">`, 'Country'),
        ] as const,
      ];
    }),
  );
}

/** The campaign's region outranks what the page says of itself. */
function inCampaign(): Pages {
  return new Map([
    ['http://campaign.test/', { html: paragraphs(inChina), numbers: inChinaE164 }],
    ['http://campaign.de/', { html: `<html lang="de-DE">${paragraphs(inChina)}`, numbers: inChinaE164 }],
  ]);
}

/** Where nothing tells of a region; and what is no number in any. */
function worthless(): Pages {
  return new Map([['http://nowhere.test/', { html: paragraphs(Object.values(rejects).flat()), numbers: [] }]]);
}

/** Of each region whose numbers have seven digits at home: fewer could be anything. */
function exampleNumbers(): PhoneNumber[] {
  return getCountries()
    .map((region) => getExampleNumber(region, examples))
    .filter((number) => number !== undefined)
    .filter((number) => number.formatNational().replace(/\D/g, '').length >= 7);
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `<p>${text}</p>`).join('\n');
}

function htmlOf(pages: Pages): Map<string, string> {
  return new Map([...pages].map(([url, { html }]) => [url, html]));
}

function everyRegion(): Fault<PagesField> {
  const metric = 'numfleet_candidates_rejected_total';
  return {
    title: `numbers of ${exampleNumbers().length} regions with and without their country code, and what is none`,
    signal: {
      metric,
      labels: { reason: 'no-region' },
      least: rejects['no-region']?.length ?? 0,
      withinSeconds: 60,
      elsewhere: { metric, labels: { reason: 'other' } },
    },
    async inject(field) {
      const hold = async () => [...(await readRejected(field)), ...(await read(field))];
      return { hold, async [Symbol.asyncDispose]() {} };
    },
    defenceOff: {
      title: 'without evidence of regions',
      run: async (field) => await read(await field.undefended()),
    },
  };
}

async function readRejected(field: FleetField): Promise<Assertion[]> {
  const counted = async () => {
    const metric = 'numfleet_candidates_rejected_total';
    const counts = rejectReasons.map((reason) => sumOverFleet(field, { metric, labels: { reason } }));
    return await Promise.all(counts);
  };
  const before = await counted();
  const found = await readPages(field, [...worthless().keys()]);
  const after = await counted();
  const risen = rejectReasons.map((reason, n) => [reason, (after[n] ?? 0) - (before[n] ?? 0)] as const);
  const exact = risen.every(([reason, by]) => by === (rejects[reason]?.length ?? 0));
  const measured = risen.filter(([, by]) => by > 0).map(([reason, by]) => `${reason} ${by}`);
  return [
    comesOut('what is no number is dropped', wantedOf(worthless()), found),
    assertion('and counted by reason', exact, measured.join(', ')),
  ];
}

async function read(field: FleetField): Promise<Assertion[]> {
  const [withCode, without] = [stated(), hinted()];
  const found = await readPages(field, [...withCode.keys(), ...without.keys()]);
  const campaign = await readPages(field, [...inCampaign().keys()], 'CN');
  return [
    comesOut('with their country code', wantedOf(withCode), found),
    comesOut("without it, by the page's hints", wantedOf(without), found),
    comesOut("without it, in the campaign's region", wantedOf(inCampaign()), campaign),
    marked(found, withCode, without),
  ];
}

function wantedOf(pages: Pages): Map<string, string[]> {
  return new Map([...pages].map(([url, { numbers }]) => [url, numbers]));
}

/** What had to be assumed is told by how sure a finding is. */
function marked(found: NumbersByPage, withCode: Pages, without: Pages): Assertion {
  const sureness = (pages: Pages) => [...pages.keys()].flatMap((url) => [...(found.get(url)?.values() ?? [])]);
  const [least, most] = [Math.min(...sureness(withCode)), Math.max(...sureness(without))];
  const holds = most <= mostWhenAssumed && least > mostWhenAssumed;
  return assertion('assumed regions are marked', holds, `confidence up to ${most}, of stated ones from ${least}`);
}
