import { type DigitRun, nextRun } from './digit-runs.ts';

/** What a text shows of the region of its numbers, gathered in one pass. */
export type NumbersOfText = {
  /** What stands around the runs of digits that may be numbers: addresses and names. */
  near: string;
  /** Numbers without a country code that are written in groups, each once, so that one in every footer line does not outvote the others. */
  national: NationalSpelling[];
};

/** Its digits, and how many of them stand together: `3-4-4`. */
export type NationalSpelling = { digits: string; shape: string };

const leastDigits = 7;
const [reachBefore, reachAfter] = [240, 120];
/** Enough of a page for its addresses and its language. */
const longestNear = 8_000;
const [leastNational, mostNational] = [8, 12];
const mostSpellings = 60;

export function numbersOfText(text: string): NumbersOfText {
  let near = '';
  let end = 0;
  const national = new Map<string, NationalSpelling>();
  for (let run = nextRun(text, 0, leastDigits); run !== null; run = nextRun(text, run.end, leastDigits)) {
    if (run.isNoise) continue;
    if (near.length < longestNear) {
      const from = Math.max(end, run.start - reachBefore);
      end = Math.max(from, run.end + reachAfter);
      near += text.slice(from, end);
    } else if (national.size >= mostSpellings) break;
    if (national.size < mostSpellings && isNational(text, run)) {
      const spelling = spellingOf(text, run);
      national.set(spelling.digits, spelling);
    }
  }
  return { near, national: [...national.values()] };
}

function isNational(text: string, { start, digits, groups }: DigitRun): boolean {
  const isOfSize = digits >= leastNational && digits <= mostNational && groups.length >= 4;
  return isOfSize && !text.slice(start, groups[0]).includes('+');
}

function spellingOf(text: string, run: DigitRun): NationalSpelling {
  const groups: string[] = [];
  for (let at = 0; at < run.groups.length; at += 2) groups.push(text.slice(run.groups[at], run.groups[at + 1]));
  return { digits: groups.join(''), shape: groups.map(({ length }) => length).join('-') };
}
