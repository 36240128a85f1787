import type { NumberType } from '@numfleet/contracts';
import { type Plan, planOf, plansOfCode, typeIn } from './numbering-plans.ts';

/** A valid number. `code` and `national` together are its E.164 digits. */
export type ParsedNumber = {
  code: string;
  national: string;
  /** Null for numbers of no region, such as +800. */
  region: string | null;
  type: NumberType;
  /** Whether the country code was written, so that no region had to be assumed. */
  international: boolean;
};

const shortestNational = 2;
const longestNational = 17;
const longestCode = 3;

/**
 * Parses digits as libphonenumber does: international after a plus or the region's international prefix, else national in
 * `region`, with its trunk prefix or without. Null for what is no valid number. `digits` are ASCII digits only.
 */
export function parseNumber(digits: string, hasPlus: boolean, region: string | null): ParsedNumber | null {
  if (hasPlus) return parseInternational(digits);
  const plan = region === null ? null : planOf(region);
  if (plan === null) return null;
  const dialled = withoutInternationalPrefix(digits, plan);
  if (dialled !== null) return parseInternational(dialled);
  const rest = withoutCode(digits, plan);
  return rest === null ? parseNational(digits, plan, plan, false) : parseNational(rest, planOfCode(plan), null, true);
}

function parseInternational(digits: string): ParsedNumber | null {
  if (digits.charCodeAt(0) === 0x30) return null;
  for (let length = 1; length <= longestCode && length <= digits.length; length++) {
    const [plan] = plansOfCode(digits.slice(0, length));
    if (plan !== undefined) return parseNational(digits.slice(length), plan, null, true);
  }
  return null;
}

/**
 * Whether international digits have an assigned country code and a length that its numbers have, but begin with nothing that
 * the metadata knows. A number range that was opened after the metadata was made looks like that.
 */
export function hasUnknownPrefix(digits: string): boolean {
  for (let length = 1; length <= longestCode; length++) {
    const plans = plansOfCode(digits.slice(0, length));
    if (plans.length === 0) continue;
    const national = digits.slice(length);
    return (
      plans.some((plan) => plan.lengths.includes(national.length)) && plans.every((plan) => !hasType(plan, national))
    );
  }
  return false;
}

function planOfCode(plan: Plan): Plan {
  return plansOfCode(plan.code)[0] ?? plan;
}

/** `assumed` is the plan that holds where the number itself does not tell its region. */
function parseNational(digits: string, plan: Plan, assumed: Plan | null, international: boolean): ParsedNumber | null {
  const national = withoutNationalPrefix(digits, plan);
  if (national.length < shortestNational || national.length > longestNational) return null;
  const placed = planOfNumber(plan.code, national);
  const type = typeIn(placed ?? assumed ?? planOfCode(plan), national);
  if (type === null || type === 'general') return null;
  const region = (placed ?? assumed)?.region ?? null;
  return {
    code: plan.code,
    national,
    region: region !== null && region.length === 2 ? region : null,
    type,
    international,
  };
}

/** Which of the plans that share a calling code a number belongs to; null where none says so. */
function planOfNumber(code: string, national: string): Plan | null {
  const plans = plansOfCode(code);
  if (plans.length === 1) return plans[0] ?? null;
  for (const plan of plans) {
    if (belongsTo(plan, national)) return plan;
  }
  return null;
}

function belongsTo(plan: Plan, national: string): boolean {
  const { leadingDigits } = plan;
  if (leadingDigits === null) return hasType(plan, national);
  if (leadingDigits instanceof RegExp) return leadingDigits.test(national);
  for (const prefix of leadingDigits) if (national.startsWith(prefix)) return true;
  return false;
}

function hasType(plan: Plan, national: string): boolean {
  const type = typeIn(plan, national);
  return type !== null && type !== 'general';
}

function withoutInternationalPrefix(digits: string, { internationalPrefix }: Plan): string | null {
  const prefix = prefixOf(digits, internationalPrefix);
  if (prefix === '') return null;
  const rest = digits.slice(prefix.length);
  return rest === '' || rest.startsWith('0') ? null : rest;
}

function prefixOf(digits: string, prefix: RegExp | string): string {
  if (typeof prefix === 'string') return digits.startsWith(prefix) ? prefix : '';
  return prefix.exec(digits)?.[0] ?? '';
}

/** A number that has its country code but no plus; null unless it is better without. */
function withoutCode(digits: string, plan: Plan): string | null {
  if (!digits.startsWith(plan.code)) return null;
  const whole = withoutNationalPrefix(digits, plan);
  if (whole.length <= (plan.lengths.at(-1) ?? 0)) {
    if (typeIn(plan, whole) !== null) return null;
    if (typeIn(plan, withoutNationalPrefix(digits.slice(plan.code.length), plan)) === null) return null;
  }
  return digits.slice(plan.code.length);
}

function withoutNationalPrefix(digits: string, plan: Plan): string {
  const national = afterPrefix(digits, plan);
  if (national === digits) return digits;
  // A prefix is none where only with it the number is one (libphonenumber, maybeStripNationalPrefixAndCarrierCode).
  if (typeIn(plan, national) === null && typeIn(plan, digits) !== null) return digits;
  const lengths = (planOfNumber(plan.code, national) ?? plan).lengths;
  const isPossible = lengths.includes(national.length) || national.length > (lengths.at(-1) ?? 0);
  return isPossible ? national : digits;
}

function afterPrefix(digits: string, { prefixForParsing, prefixTransform }: Plan): string {
  if (typeof prefixForParsing === 'string') {
    return prefixForParsing !== '' && digits.startsWith(prefixForParsing)
      ? digits.slice(prefixForParsing.length)
      : digits;
  }
  const match = prefixForParsing.exec(digits);
  if (match === null) return digits;
  if (prefixTransform !== '' && match.length > 1 && match.at(-1)) {
    return digits.replace(prefixForParsing, prefixTransform);
  }
  return digits.slice(match[0].length);
}
