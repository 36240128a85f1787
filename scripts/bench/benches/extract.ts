import { adversarialInputs, writeAdversarial } from '../../../packages/extract/src/testing/adversarial-inputs.ts';
import {
  addScores,
  type LabelledPage,
  type LabelScore,
  readLabelledPages,
  scorePage,
} from '../../../packages/extract/src/testing/labelled-pages.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { pairedBootstrap } from '../extract/bootstrap.ts';
import { corpora, hasCorpora, readLines, readPages } from '../extract/corpora.ts';
import {
  type Extractor,
  type extractors,
  numfleet,
  numfleetOnText,
  textAndLibphonenumber,
} from '../extract/extractors.ts';
import { foldsBySite } from '../extract/folds.ts';
import { reportMemory } from '../extract/memory.ts';
import { obfuscations } from '../extract/obfuscations.ts';
import { startReader } from '../extract/start-reader.ts';

/** Accuracy, speed and worst cases of the extractor, beside what a project does that has none, and Crawlee's. */
export const extract: Bench = {
  name: 'extract',
  what: 'phone numbers of real pages: accuracy, speed and worst cases',
  async run(context) {
    if (!hasCorpora()) {
      context.note(`There are no pages in ${corpora}: set NUMFLEET_CORPORA.`);
      return;
    }
    await measureAccuracy(context, true);
    await measureAccuracy(context, false);
    checkMatcherCases(context);
    checkObfuscations(context);
    await measureSpeed(context);
    await measureWorstCases(context);
    reportMemory(context);
  },
};

async function measureAccuracy({ compare, note }: BenchContext, audited: boolean): Promise<void> {
  const pages = readLabelledPages(corpora, { audited });
  const scoresOf = (extractor: Extractor, isTold: boolean) =>
    pages.map((page) => scorePage(page, foundOn(page, extractor, isTold)));
  const percent = { unit: '%', better: 'higher' } as const;
  const variant = (extractor: Extractor, isTold: boolean) => async () => {
    const { recall, precision, f1 } = addScores(scoresOf(extractor, isTold));
    return { recall: 100 * recall, precision: 100 * precision, f1: 100 * f1 };
  };
  await compare({
    title: `${pages.length} labelled contact pages, ${audited ? 'labels audited' : 'labels as they are'}`,
    figures: { recall: percent, precision: percent, f1: percent },
    rounds: 1,
    variants: {
      'libphonenumber-js on text, region US': variant(textAndLibphonenumber, false),
      'libphonenumber-js on text, told the region': variant(textAndLibphonenumber, true),
      'numfleet, told nothing': variant(numfleet, false),
      'numfleet, told the region': variant(numfleet, true),
    },
  });
  const scores = scoresOf(numfleet, false);
  const rows = pages.map((page, index) => ({ page, score: scores[index] as LabelScore }));
  for (const [what, count] of [
    ['halves', 2],
    ['fifths', 5],
  ] as const) {
    const parts = foldsBySite(rows, count).map((part) => {
      const { recall, precision, f1 } = addScores(part.map(({ score }) => score));
      return [recall, precision, f1].map((share) => (100 * share).toFixed(1)).join('/');
    });
    note(`Recall/precision/F1 of numfleet told nothing, by ${what} of the sites: ${parts.join(', ')}`);
  }
  for (const isTold of [false, true]) {
    const [low, high] = pairedBootstrap(scores, scoresOf(textAndLibphonenumber, isTold));
    note(
      `F1 of numfleet told nothing less that of libphonenumber-js ${isTold ? 'told the region' : 'with US'}, ` +
        `labels ${audited ? 'audited' : 'as they are'}: 95 % between ${(100 * low).toFixed(2)} and ${(100 * high).toFixed(2)} points ` +
        '(paired bootstrap over pages).',
    );
  }
}

const known = new Map<string, string[]>();

/** What an extractor finds does not change with the labels, nor from one round to the next. */
function foundOn({ page, body, region }: LabelledPage, extractor: Extractor, isTold: boolean): string[] {
  const key = `${page} ${extractor === numfleet} ${isTold}`;
  const found = known.get(key) ?? extractor(body, isTold ? region : null);
  known.set(key, found);
  return found;
}

type MatcherCase = {
  text: string;
  region: string;
  leniency: string;
  maxTries: number | null;
  expected: { e164: string }[];
};

/** Google's own matcher tests, by the numbers found; where they stand in the text is not asked. */
function checkMatcherCases({ note }: BenchContext): void {
  const cases = readLines<MatcherCase>('cases/matcher.jsonl').filter(
    ({ leniency, maxTries }) => leniency === 'VALID' && maxTries === null,
  );
  const differing = cases.filter(({ text, region, expected }) => {
    const found = new Set(numfleetOnText(text, region === 'ZZ' ? null : region));
    const wanted = new Set(expected.map(({ e164 }) => e164));
    return found.size !== wanted.size || [...wanted].some((e164) => !found.has(e164));
  });
  const share = (100 * (cases.length - differing.length)) / cases.length;
  note(
    `Google's VALID cases: ${cases.length - differing.length} of ${cases.length} (${share.toFixed(1)} %). Others, which lack the trunk prefix that we do not insist on:`,
  );
  for (const { text, region } of differing) note(`  ${region} ${JSON.stringify(text.slice(0, 100))}`);
}

const sampleSize = 300;

/** Spellings of real pages, written in each way, on a page of their own in their region. */
function checkObfuscations({ note }: BenchContext): void {
  const labels = readLines<{ region: string; numbers: { raw: string; e164: string | null }[] }>('cases/contacts.jsonl');
  const numbers = labels
    .flatMap(({ region, numbers: all }) => all.map((one) => ({ ...one, region })))
    .filter(
      ({ raw, e164, region }) =>
        e164 !== null && /^[\d\s().+-]+$/.test(raw) && found(`<p>Tel: ${raw}</p>`, region, e164),
    );
  const some = numbers.slice(0, sampleSize);
  for (const [name, write] of Object.entries(obfuscations)) {
    const hits = some.filter(({ raw, e164, region }) => found(`<p>Tel: ${write(raw)}</p>`, region, e164 ?? '')).length;
    note(`Obfuscation ${name}: ${((100 * hits) / some.length).toFixed(1)} % of ${some.length}`);
  }
}

function found(html: string, region: string, e164: string): boolean {
  return numfleet(new TextEncoder().encode(`<meta charset=utf-8>${html}`), region).includes(e164);
}

/** Each in a process of its own, taking turns. The first rounds are those in which the engine still compiles. */
async function measureSpeed(context: BenchContext): Promise<void> {
  const pages = readPages();
  const megabytes = pages.reduce((sum, { length }) => sum + length, 0) / 1e6;
  const found: Record<string, number> = {};
  const variant = (name: string, extractor: keyof typeof extractors) => {
    const reader = context.use(startReader(extractor));
    return async (signal: AbortSignal) => {
      const reading = await reader.readAll(signal);
      found[name] = reading.found;
      return { speed: megabytes / reading.seconds };
    };
  };
  const figures = { speed: { unit: 'MB/s of processor time', better: 'higher' } } as const;
  const numfleet = variant('numfleet', 'numfleet');
  await context.compare({
    title: `${pages.length} real pages, ${megabytes.toFixed(1)} MB, from bytes to numbers`,
    figures,
    rounds: 9,
    variants: { 'libphonenumber-js on text': variant('libphonenumber-js', 'textAndLibphonenumber'), numfleet },
  });
  await context.compare({
    title: 'the same pages, beside Crawlee',
    figures,
    rounds: 2,
    variants: { 'Crawlee parseHandlesFromHtml': variant('Crawlee', 'crawleeSocial'), numfleet },
  });
  const counts = Object.entries(found).map(([name, count]) => `${name} returns ${count}`);
  context.note(`On these pages ${counts.join(', ')} phone numbers.`);
  context.note('libphonenumber-js reads neither links, scripts, JSON-LD nor attributes; numfleet reads all of them.');
}

function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const mebibyte = 2 ** 20;

/** Processor time of 1 MiB of every adversarial input, beside 1 MiB of real pages, and of half of it. */
async function measureWorstCases({ note, signal }: BenchContext): Promise<void> {
  const encoder = new TextEncoder();
  for (const input of adversarialInputs) numfleet(encoder.encode(writeAdversarial(input, mebibyte / 64)), null);
  const real = secondsOfRealMebibyte();
  const rows = adversarialInputs.map((input) => {
    signal.throwIfAborted();
    const [half, whole] = [mebibyte / 2, mebibyte].map((size) => {
      const bytes = encoder.encode(writeAdversarial(input, size));
      return {
        length: bytes.length,
        seconds: Math.min(...[1, 2, 3].map(() => processorSeconds(() => numfleet(bytes, null)))),
      };
    });
    const [few, many] = [half?.seconds ?? 0, whole?.seconds ?? 0];
    return { name: input.name, seconds: many * (mebibyte / (whole?.length ?? 1)), growth: many / few };
  });
  rows.sort((a, b) => b.seconds - a.seconds);
  note(
    `1 MiB of real pages takes ${(real * 1e3).toFixed(1)} ms. Worst of ${rows.length} adversarial inputs, of 1 MiB:`,
  );
  for (const { name, seconds, growth } of rows) {
    note(
      `  ${name}: ${(seconds * 1e3).toFixed(1)} ms, ${(seconds / real).toFixed(1)} × a real page; twice the input ${growth.toFixed(2)} × the time`,
    );
  }
}

function secondsOfRealMebibyte(): number {
  const pages = readPages();
  const bytes = pages.reduce((sum, { length }) => sum + length, 0);
  const seconds = Math.min(
    ...[1, 2, 3].map(() =>
      processorSeconds(() => {
        for (const page of pages) numfleet(page, null);
      }),
    ),
  );
  return (seconds * mebibyte) / bytes;
}
