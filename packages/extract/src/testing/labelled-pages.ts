import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { labelErrors } from './label-audit.ts';

/** A number of a page: its digits, and its E.164 form where its country is known. */
type PageNumber = { digits: string; e164: string | null };

export type LabelledPage = {
  page: string;
  region: string;
  body: Uint8Array;
  /** Unique numbers, of seven digits or more. */
  labels: PageNumber[];
  /** Real numbers that nobody labelled: finding them is neither a hit nor wrong. */
  unlabelled: string[];
};

/** Counts of one page, or of several. `unplaced` labels are no valid number of the region that was guessed for their page. */
export type LabelScore = { hits: number; misses: number; wrong: number; unplaced: number; unplacedHits: number };

/** `audited` leaves out what the audit found wrong. */
export function readLabelledPages(corpora: string, { audited }: { audited: boolean }): LabelledPage[] {
  const lines = readFileSync(resolve(corpora, 'cases/contacts.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { page, region, numbers } = JSON.parse(line) as Labelled;
    const name = basename(page, '.html.gz');
    const errors = audited ? labelErrors.filter(([of]) => of === name) : [];
    const has = (digits: string, error: string): boolean =>
      errors.some(([, ending, what]) => what === error && digits.endsWith(ending));
    const labels = uniqueNumbers(numbers.filter(({ digits }) => !has(digits, 'absent'))).map((label) =>
      has(label.digits, 'country') ? { digits: label.digits, e164: null } : label,
    );
    const body = gunzipSync(readFileSync(resolve(corpora, page)));
    const unlabelled = errors
      .filter(([, , what]) => what === 'missing' || what === 'several' || what === 'line')
      .map(([, ending]) => ending);
    return { page: name, region, body, labels, unlabelled };
  });
}

type Labelled = { page: string; region: string; numbers: { digits: string; e164: string | null }[] };

/** Scores what was found on a page, as E.164 without extensions, by the rule of the corpora's README. */
export function scorePage({ labels, unlabelled }: LabelledPage, e164s: readonly string[]): LabelScore {
  const found = [...new Set(e164s)].map((e164) => ({ digits: e164.slice(1), e164 }));
  const score: LabelScore = { hits: 0, misses: 0, wrong: 0, unplaced: 0, unplacedHits: 0 };
  for (const label of labels) {
    const isHit = found.some((one) => agree(one, label));
    if (label.e164 === null) {
      score.unplaced += 1;
      score.unplacedHits += Number(isHit);
    } else score[isHit ? 'hits' : 'misses'] += 1;
  }
  score.wrong = found.filter(
    (one) => !labels.some((label) => agree(one, label)) && !unlabelled.some((ending) => one.digits.endsWith(ending)),
  ).length;
  return score;
}

export function addScores(
  scores: readonly LabelScore[],
): LabelScore & { recall: number; precision: number; f1: number } {
  const sum = (key: keyof LabelScore): number => scores.reduce((total, one) => total + one[key], 0);
  const [hits, misses, wrong] = [sum('hits'), sum('misses'), sum('wrong')];
  const [recall, precision] = [hits / (hits + misses), hits / (hits + wrong)];
  const f1 = (2 * recall * precision) / (recall + precision);
  return { hits, misses, wrong, unplaced: sum('unplaced'), unplacedHits: sum('unplacedHits'), recall, precision, f1 };
}

/** Digits agree from the right for at least seven, and neither side has another country. */
function agree(a: PageNumber, b: PageNumber): boolean {
  const length = Math.min(a.digits.length, b.digits.length);
  let same = 0;
  while (same < length && a.digits.at(-1 - same) === b.digits.at(-1 - same)) same += 1;
  return same >= 7 && (a.e164 === null || b.e164 === null || a.e164 === b.e164);
}

function uniqueNumbers(numbers: Labelled['numbers']): PageNumber[] {
  const unique: PageNumber[] = [];
  for (const { digits, e164 } of numbers.toSorted((a, b) => Number(a.e164 === null) - Number(b.e164 === null))) {
    const label = e164 === null ? { digits, e164 } : { digits: e164.slice(1), e164 };
    if (label.digits.length >= 7 && !unique.some((one) => agree(one, label))) unique.push(label);
  }
  return unique;
}
