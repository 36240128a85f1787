import { type Normalisation, normalisations } from '@numfleet/contracts';
import { obfuscations } from '../../bench/extract/obfuscations.ts';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { editSource } from '../inject/edit-source.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, sumOverFleet } from './measure.ts';
import { openPagesField, type PagesField } from './pages-field.ts';
import { comesOut, type NumbersByPage, readPages } from './read-pages.ts';

type Way = (spelling: string) => string;

const spellings = ['+44 20 7946-0958', '+1 (212) 555-0123', '+86 138-1234-5678'];
const numbers = ['+442079460958', '+12125550123', '+8613812345678'];

/** Beyond those of the bench: look-alikes of signs, and what surrounds a digit unseen. */
const ways: Readonly<Record<string, Way>> = {
  ...obfuscations,
  ...each('plus', '＋﹢➕⁺', (plus) => (spelling) => spelling.replace('+', plus)),
  ...each('dash', '‐‑‒–—―−﹣－ー', (dash) => (spelling) => spelling.replaceAll('-', dash)),
  ...each('mark', '\u200f\u202a\u202c\u2066\u2069\u0301\u0336\ufe0f\ufeff\u034f', (mark) => (spelling) => {
    return spelling.replace(/\d/g, `$&${mark}`);
  }),
  ...each('space', '\u2009\u202f\u3000', (space) => (spelling) => spelling.replaceAll(' ', space)),
  'fullwidth brackets': (spelling) => spelling.replace('(', '（').replace(')', '）'),
};

/** No number to who reads them, or none that is written in digits. */
const decoys = [
  ...['+44 2O 7946 O958', '+44 20 7946 O958', '+44 ZO 7946 0958', '⁴⁴ ²⁰ ⁷⁹⁴⁶ ⁰⁹⁵⁸', '+⁴⁴²⁰⁷⁹⁴⁶⁰⁹⁵⁸', '+₄₄₂₀₇₉₄₆₀₉₅₈'],
  ...['+44²20³7946⁴0958', 'ⅣⅣⅡ〇ⅦⅨⅣⅥ〇ⅨⅤⅧ', '四四二〇七九四六〇九五八', '⠼⠙⠙⠃⠚⠛⠊⠙⠋⠚⠊⠑⠓'],
];

const site = 'http://variants.test';
const decoy = `${site}/decoys`;

/** Validation saw other characters than people did. */
export const g33 = defineScenario<PagesField>({
  id: 'G33',
  title: 'Numbers in other digits and signs, with characters between them that nobody sees',
  deadlineMs: 120_000,
  open: () =>
    openPagesField(pages(), {
      env: { NUMFLEET_CRAWLERS: '1' },
      undefended: editSource({
        file: 'packages/extract/src/text/folded-text.ts',
        from: '(foldedCodes[code] ?? code);',
        to: 'code;',
      }),
    }),
  faults: [lookingAlike()],
});

/** A page a way, with its name, since pages that say the same are crawled once. */
function pages(): Map<string, string> {
  const written = Object.entries(ways).map(([name, way]): [string, string] => {
    return [urlOf(name), `<h1>${name}</h1>${spellings.map((spelling) => `<p>${way(spelling)}</p>`).join('\n')}`];
  });
  return new Map([...written, [decoy, decoys.map((text) => `<p>${text}</p>`).join('\n')]]);
}

function urlOf(way: string): string {
  return `${site}/${way.toLowerCase().replaceAll(' ', '-')}`;
}

function each(what: string, characters: string, wayOf: (character: string) => Way): Record<string, Way> {
  return Object.fromEntries([...characters].map((one) => [`${what} ${one.codePointAt(0)?.toString(16)}`, wayOf(one)]));
}

function lookingAlike(): Fault<PagesField> {
  const metric = 'numfleet_findings_normalised_total';
  return {
    title: `${numbers.length} numbers in ${Object.keys(ways).length} ways of writing, and ${decoys.length} that are none`,
    signal: {
      metric,
      labels: { normalisation: 'invisible' },
      least: numbers.length,
      withinSeconds: 20,
      elsewhere: { metric, labels: { normalisation: 'other' } },
    },
    async inject(field) {
      const before = await countNormalised(field);
      return {
        hold: async () => [...(await read(field)), allCounted(before, await countNormalised(field))],
        async [Symbol.asyncDispose]() {},
      };
    },
    defenceOff: {
      title: 'characters are taken as they are written',
      run: async (field) => await read(await field.undefended()),
    },
  };
}

async function read(field: FleetField): Promise<Assertion[]> {
  const found = await readPages(field, [...Object.keys(ways).map(urlOf), decoy]);
  const wanted = new Map(Object.keys(ways).map((name) => [urlOf(name), numbers]));
  return [
    comesOut('what a person reads is found', wanted, found),
    comesOut('what only looks alike is not', new Map([[decoy, []]]), found),
    oneKeyEach(found),
  ];
}

function oneKeyEach(found: NumbersByPage): Assertion {
  const keys = new Set([...found.values()].flatMap((page) => [...page.keys()]));
  return assertion('one number, one key', keys.size === numbers.length, `${keys.size} keys of ${numbers.length}`);
}

type Counts = Readonly<Record<Normalisation, number>>;

async function countNormalised(field: FleetField): Promise<Counts> {
  const metric = 'numfleet_findings_normalised_total';
  const counts = normalisations.map(async (normalisation) => {
    return [normalisation, await sumOverFleet(field, { metric, labels: { normalisation } })] as const;
  });
  return Object.fromEntries(await Promise.all(counts)) as Counts;
}

function allCounted(before: Counts, after: Counts): Assertion {
  const risen = normalisations.map((one) => [one, after[one] - before[one]] as const);
  const measured = risen.map(([one, by]) => `${one} ${by}`).join(', ');
  return assertion('every class is counted', !risen.some(([, by]) => by === 0), measured);
}
