import type { NumberType } from '@numfleet/contracts';
import { planTables, regionsByCode } from './numbering-plans.generated.ts';
import { planTypes } from './plan-types.ts';

/** A region's plan as the table generator writes it. The patterns are libphonenumber's own, and hold no nested repetition. */
export type PlanTable = readonly [
  code: string,
  internationalPrefix: string,
  lengths: readonly number[],
  nationalPrefix: string,
  prefixForParsing: string,
  prefixTransform: string,
  leadingDigits: string,
  shapes: string,
  automaton: string,
];

/** How the numbers of a region, or of a non-geographic calling code, are built. */
export type Plan = {
  region: string;
  code: string;
  /** What is dialled there before a country code, matched at the start; a string where it is no more than that, empty for none. */
  internationalPrefix: RegExp | string;
  lengths: readonly number[];
  nationalPrefix: string;
  /** National prefixes and carrier codes, matched at the start; a string where it is no more than that. */
  prefixForParsing: RegExp | string;
  prefixTransform: string;
  /** What its numbers begin with, where that tells them from others of the same code; a list where it is no more. */
  leadingDigits: RegExp | readonly string[] | null;
  /** Usual groupings of national numbers, such as `3-4-4`, with the prefix and without. */
  shapes: ReadonlySet<string>;
  automaton: Automaton;
};

/** Eleven cells a state: what ending there means, then the next state for each digit. */
type Automaton = { start: number; cells: Uint16Array };

const cellsOfState = 11;
const types: readonly NumberType[] = [...planTypes, 'fixed_line_or_mobile'];

const plans = new Map<string, Plan>();

/** The plan of a region (ISO 3166-1 alpha-2) or of a non-geographic calling code; null where there is none. Made on first use. */
export function planOf(region: string): Plan | null {
  const known = plans.get(region);
  if (known !== undefined) return known;
  const table = Object.hasOwn(planTables, region) ? planTables[region] : undefined;
  if (table === undefined) return null;
  const plan = readTable(region, table);
  plans.set(region, plan);
  return plan;
}

export function isRegion(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && Object.hasOwn(planTables, code);
}

/** Every region that has a plan. */
export function allRegions(): string[] {
  return Object.keys(planTables).filter(isRegion);
}

/** The plans that share a calling code, the main one first; none for a code that is not assigned. */
export function plansOfCode(code: string): readonly Plan[] {
  const known = plansByCode.get(code);
  if (known !== undefined) return known;
  const regions = Object.hasOwn(regionsByCode, code) ? (regionsByCode[code] ?? []) : [];
  const found = regions.flatMap((region) => planOf(region) ?? []);
  if (found.length > 0) plansByCode.set(code, found);
  return found;
}

const plansByCode = new Map<string, readonly Plan[]>();

/** What a national number is in a plan: its type, `general` where it has the plan's form but no type, or null. */
export function typeIn(plan: Plan, national: string): NumberType | 'general' | null {
  const { cells, start } = plan.automaton;
  let state = start;
  for (let index = 0; index < national.length; index++) {
    state = cells[state * cellsOfState + 1 + national.charCodeAt(index) - 0x30] ?? 0;
    if (state === 0) return null;
  }
  const meaning = cells[state * cellsOfState] ?? 0;
  if (meaning === 0) return null;
  return meaning === 1 ? 'general' : (types[meaning - 2] ?? null);
}

function readTable(region: string, table: PlanTable): Plan {
  const [code, internationalPrefix, lengths, nationalPrefix, prefix, prefixTransform, leading, shapes, automaton] =
    table;
  return {
    region,
    code,
    internationalPrefix: readPrefix(internationalPrefix),
    lengths,
    nationalPrefix,
    prefixForParsing: readPrefix(prefix),
    prefixTransform,
    leadingDigits: readLeadingDigits(leading),
    shapes: new Set(shapes.split(' ')),
    automaton: readAutomaton(automaton),
  };
}

function readPrefix(prefix: string): RegExp | string {
  return /^\d*$/.test(prefix) ? prefix : new RegExp(`^(?:${prefix})`);
}

function readLeadingDigits(leading: string): Plan['leadingDigits'] {
  if (leading === '') return null;
  return /^[\d|]+$/.test(leading) ? leading.split('|') : new RegExp(`^(?:${leading})`);
}

/** See `encode` in the generator for the form. */
function readAutomaton(encoded: string): Automaton {
  const [start = '', body = ''] = encoded.split(':');
  const cells: number[] = Array.from({ length: cellsOfState }, () => 0);
  for (let at = 0; at < body.length; ) {
    cells.push(body.charCodeAt(at) - 0x41);
    at += 1;
    for (let digits = 0; digits < 10; at += 3) {
      const run = body.charCodeAt(at) - 0x30 + 1;
      const next = Number.parseInt(body.slice(at + 1, at + 3), 36);
      for (let count = 0; count < run; count++) cells.push(next);
      digits += run;
    }
  }
  return { start: Number.parseInt(start, 36), cells: Uint16Array.from(cells) };
}
