import { planOf } from '../numbering/numbering-plans.ts';
import { parseNumber } from '../numbering/parse-number.ts';
import { nextRun } from './digit-runs.ts';

const [leastDigits, mostDigits] = [8, 12];
const mostRuns = 60;

/**
 * For each of some regions, which share of the numbers without a country code in a text are numbers there, with their
 * trunk prefix or in a usual grouping. None where the text has fewer than two.
 */
export function fitOfRegions(text: string, regions: readonly string[]): Map<string, number> {
  const spellings = nationalSpellings(text);
  if (spellings.length < 2) return new Map();
  return new Map(
    regions.map((region) => {
      const fitting = spellings.filter(({ digits, shape }) => {
        const plan = planOf(region);
        if (plan === null) return false;
        const looksLike =
          plan.shapes.has(shape) || (plan.nationalPrefix !== '1' && digits.startsWith(plan.nationalPrefix || '0'));
        return looksLike && parseNumber(digits, false, region) !== null;
      });
      return [region, fitting.length / spellings.length];
    }),
  );
}

/** Each once, so that one number in every footer line does not outvote the others. */
function nationalSpellings(text: string): { digits: string; shape: string }[] {
  const found = new Map<string, { digits: string; shape: string }>();
  for (let run = nextRun(text, 0, leastDigits); run !== null; run = nextRun(text, run.end, leastDigits)) {
    const isNational = !run.isNoise && run.digits <= mostDigits && !text.slice(run.start, run.groups[0]).includes('+');
    if (!isNational || run.groups.length < 4) continue;
    const groups: string[] = [];
    for (let at = 0; at < run.groups.length; at += 2) groups.push(text.slice(run.groups[at], run.groups[at + 1]));
    const digits = groups.join('');
    found.set(digits, { digits, shape: groups.map(({ length }) => length).join('-') });
    if (found.size >= mostRuns) break;
  }
  return [...found.values()];
}
