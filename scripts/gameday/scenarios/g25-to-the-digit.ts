import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { numberView } from '@numfleet/contracts';
import { connect, type FleetProcess } from '@numfleet/e2e';
import { numbersOfLengths } from '../../extract/coverage/number-ranges.ts';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { editSource } from '../inject/edit-source.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, crawl, endedPages } from './measure.ts';
import { openPagesField, type PagesField } from './pages-field.ts';
import { byPage, comesOut } from './read-pages.ts';

interface Written {
  spelling: string;
  number: string;
}

const root = resolve(import.meta.dirname, '../../..');
/** E.164's, less what is too short to be told from anything else. */
const [fewestDigits, mostDigits] = [7, 15];
const extensions = ['7', '0042', '1234567'];
/** There are some 2,800, which changes a little with each release of the metadata. */
const mostOfThem = 2_500;

/** Counters that were not aligned cut digits off numbers. */
export const g25 = defineScenario<PagesField>({
  id: 'G25',
  title: 'Numbers of every region, type and length, to the digit',
  deadlineMs: 120_000,
  open() {
    const pages = [...writtenPages()].map(([url, written]): [string, string] => {
      return [url, written.map(({ spelling }) => `<p>${spelling}</p>`).join('\n')];
    });
    return openPagesField(new Map(pages), {
      env: { NUMFLEET_CRAWLERS: '1' },
      undefended: editSource({
        file: 'packages/extract/src/match/match-text.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        from: '`+${code}${national}${',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        to: '`+${code}${Number(national)}${',
      }),
    });
  },
  faults: [everyLength()],
});

/** A page for each count of digits, and the same with extensions. */
function writtenPages(): Map<string, Written[]> {
  const pages = new Map<string, Written[]>();
  for (const [index, { number }] of [...numbersOfLengths()].entries()) {
    const digits = number.number.length - 1;
    if (digits < fewestDigits || digits > mostDigits) continue;
    const spelling = number.formatInternational();
    const extension = extensions[index % extensions.length] ?? '';
    add(`http://digits.test/${digits}`, { spelling, number: number.number });
    add(`http://digits.test/${digits}/ext`, {
      spelling: `${spelling} ext. ${extension}`,
      number: `${number.number};ext=${extension}`,
    });
  }
  return pages;

  function add(url: string, written: Written): void {
    pages.set(url, [...(pages.get(url) ?? []), written]);
  }
}

function everyLength(): Fault<PagesField> {
  return {
    title: `numbers of ${fewestDigits} to ${mostDigits} digits, with extensions and without`,
    signal: {
      ...{ metric: 'numfleet_numbers_committed_total', labels: {}, least: mostOfThem, withinSeconds: 30 },
      elsewhere: { metric: 'numfleet_dead_letters_total', labels: {} },
    },
    async inject(field) {
      const hold = async () => [...(await read(field)), ...(await refusedAtRest(field.fleet))];
      return { hold, async [Symbol.asyncDispose]() {} };
    },
    defenceOff: {
      title: 'digits are kept as a JS number',
      run: async (field) => await read(await field.undefended()),
    },
  };
}

async function read({ fleet }: FleetField): Promise<Assertion[]> {
  const pages = writtenPages();
  const campaign = await crawl(fleet, [...pages.keys()]);
  await endedPages(fleet, campaign, 60_000);
  const found = byPage(await revealByCommand(fleet, campaign));
  const wanted = new Map([...pages].map(([url, written]) => [url, written.map(({ number }) => number)]));
  const lengths = new Set([...wanted.values()].flat().map((number) => number.split(';')[0]?.length));
  const all = mostDigits - fewestDigits + 1;
  return [
    comesOut('to the digit', wanted, found),
    assertion('of every length', lengths.size === all, `${lengths.size} of ${all}`),
  ];
}

/** As an operator at a terminal. */
async function revealByCommand({ home }: FleetProcess, campaign: string) {
  const command = [
    'apps/cli/src/main.ts',
    'numbers',
    campaign,
    '--format',
    'jsonl',
    '--reveal',
    '--purpose',
    'game day',
  ];
  const { PATH } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    ...{ cwd: root, env: { PATH, NUMFLEET_HOME: home }, maxBuffer: 2 ** 26, timeout: 60_000 },
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => numberView.parse(JSON.parse(line)));
}

/** What is no blind index or no ciphertext is not stored, whoever offers it: not even by the owner of the database. */
async function refusedAtRest({ home }: FleetProcess): Promise<Assertion[]> {
  await using truth = await connect(home, 'numfleet');
  const [index, sealed] = [Buffer.alloc(32), Buffer.alloc(69)];
  const forms: [string, Buffer, Buffer][] = [
    ['a number in plain', index, Buffer.from('+442079460958;ext=0042')],
    ['a cut ciphertext', index, sealed.subarray(0, 40)],
    ['a cut blind index', index.subarray(1), sealed],
  ];
  const assertions: Assertion[] = [];
  for (const [what, blindIndex, ciphertext] of forms) {
    const state = await truth
      .query(
        `insert into numbers (campaign_id, blind_index, ciphertext, region, type, first_seen_at)
         values (1, $1, $2, null, 'unknown', now())`,
        [blindIndex, ciphertext],
      )
      .then(
        () => 'stored',
        (error: { code?: string }) => error.code ?? 'none',
      );
    assertions.push(assertion(`Postgres refuses ${what}`, state === checkViolation, state));
  }
  return assertions;
}

const checkViolation = '23514';
