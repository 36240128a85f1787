import { planOf } from '../numbering/numbering-plans.ts';
import { parseNumber } from '../numbering/parse-number.ts';
import type { NationalSpelling } from './numbers-of-text.ts';

/**
 * For each of some regions, which share of a text's numbers without a country code are numbers there, with their trunk
 * prefix or in a usual grouping. None where there are fewer than two.
 */
export function fitOfRegions(spellings: readonly NationalSpelling[], regions: readonly string[]): Map<string, number> {
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
