import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { parseNumber } from '../../../packages/extract/src/numbering/parse-number.ts';
import { createRandom, type Random } from '../../extract/random.ts';
import type { Bench } from '../bench.ts';

const spellings = 2_000_000;
const perRound = 200_000;

/** Random digits as numbers of random regions: whether our tables say what libphonenumber-js says, and how fast. */
export const numbering: Bench = {
  name: 'numbering',
  what: `${spellings / 1e6} million random spellings, read beside libphonenumber-js`,
  async run({ compare, note }) {
    const seed = Date.now() % 1e6;
    const random = createRandom(seed);
    let [some, read, valid, differing]: [Spelling[], number, number, string[]] = [[], 0, 0, []];
    let theirs: (string | null)[] = [];
    await compare({
      title: `${perRound} a round, each round its own`,
      figures: { speed: { unit: 'thousand a second', better: 'higher' } },
      rounds: spellings / perRound,
      variants: {
        'libphonenumber-js': async () => {
          some = Array.from({ length: perRound }, () => randomSpelling(random));
          const { seconds, results } = timed(some, readByPeer);
          theirs = results;
          return { speed: perRound / seconds / 1e3 };
        },
        numfleet: async () => {
          const { seconds, results } = timed(some, readByTables);
          read += results.length;
          valid += theirs.filter((one) => one !== null).length;
          differing = [
            ...differing,
            ...results.flatMap((one, i) => (one === theirs[i] ? [] : [JSON.stringify(some[i])])),
          ];
          return { speed: perRound / seconds / 1e3 };
        },
      },
    });
    note(
      `Seed ${seed}: ${read} spellings, ${valid} of them numbers; ${differing.length} read otherwise than by libphonenumber-js.`,
    );
    if (differing.length > 0) throw new Error(`Read otherwise: ${differing.slice(0, 5).join(' ')}`);
  },
};

type Spelling = { digits: string; hasPlus: boolean; region: CountryCode };

const countries = getCountries();
const prefixes = ['', '', '0', '1', '8', '00', '06', '011', '810'];

/** As people dial: with a plus and the country's code, sometimes with a trunk zero after it; or with some prefix. */
function randomSpelling(random: Random): Spelling {
  const region = random.pick(countries);
  const hasPlus = random.next() < 0.5;
  const code = hasPlus || random.next() < 0.1 ? getCountryCallingCode(region) : '';
  const prefix = code === '' ? random.pick(prefixes) : random.next() < 0.2 ? '0' : '';
  const length = 3 + random.below(11);
  const rest = Array.from({ length }, () => random.below(10)).join('');
  return { digits: code + prefix + rest, hasPlus, region };
}

function readByPeer({ digits, hasPlus, region }: Spelling): string | null {
  const number = parsePhoneNumberFromString(`${hasPlus ? '+' : ''}${digits}`, {
    defaultCountry: region,
    extract: false,
  });
  if (number?.isValid() !== true) return null;
  return `${number.countryCallingCode} ${number.nationalNumber} ${number.country} ${number.getType()?.toLowerCase()}`;
}

function readByTables({ digits, hasPlus, region }: Spelling): string | null {
  const number = parseNumber(digits, hasPlus, region);
  return number === null ? null : `${number.code} ${number.national} ${number.region ?? undefined} ${number.type}`;
}

function timed<Result>(
  some: readonly Spelling[],
  read: (one: Spelling) => Result,
): { seconds: number; results: Result[] } {
  const before = process.cpuUsage();
  const results = some.map(read);
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, results };
}
