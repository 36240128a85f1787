import { planTypes } from '../../packages/extract/src/numbering/plan-types.ts';
import { compileDigitAutomaton, type DigitAutomaton, type DigitPattern } from './digit-automaton.ts';
import { type FormatRow, type PlanRow, readMetadata } from './metadata.ts';

/** The order in which `getType` asks for them after the fixed lines. */
const typePriority = [1, 3, 2, 9, 8, 4, 7, 6, 5];
const fixedLineOrMobile = planTypes.length;

/** The text of `numbering-plans.generated.ts`: libphonenumber-js' `max` metadata as automata and lists. */
export function renderNumberingPlans(): string {
  const { version, metadata } = readMetadata();
  const plans = { ...metadata.countries, ...metadata.nonGeographic };
  const codes = {
    ...metadata.country_calling_codes,
    ...Object.fromEntries(Object.keys(metadata.nonGeographic).map((code) => [code, [code]])),
  };
  const rows = Object.entries(plans).map(
    ([region, plan]) => `  ${JSON.stringify(region)}: ${renderPlan(plan, plans, codes)},`,
  );
  return `// Made by "pnpm extract:tables" from the max metadata of libphonenumber-js ${version}. Not to be edited.
import type { PlanTable } from './numbering-plans.ts';

/** Regions by calling code, the main one first; a non-geographic code stands for itself. */
export const regionsByCode: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(codes)};

export const planTables: Readonly<Record<string, PlanTable>> = {
${rows.join('\n')}
};
`;
}

function renderPlan(plan: PlanRow, plans: Record<string, PlanRow>, codes: Record<string, string[]>): string {
  const lengths = plan[3];
  const main = plans[codes[plan[0]]?.[0] ?? ''];
  const general: DigitPattern = { pattern: plan[2], lengths: null };
  const byType = planTypes.map((_, index): DigitPattern | null => {
    const row = plan[11][index] ?? 0;
    return row === 0 ? null : { pattern: row[0], lengths: row[1] ?? lengths };
  });
  const hasMobile = (plan[11][1] ?? 0) !== 0 && byType[1]?.pattern !== '';
  const automaton = compileDigitAutomaton([general, ...byType]);
  return JSON.stringify([
    plan[0],
    plan[1] || '',
    lengths,
    plan[5] || '',
    plan[7] || plan[5] || '',
    plan[8] || '',
    plan[10] || '',
    shapesOf(plan[4] || main?.[4] || [], plan[5] || ''),
    encode(automaton, (matched) => classOf(matched, hasMobile)),
  ]);
}

/** 0 no match, 1 the general pattern alone, else 2 and the index of the type that libphonenumber-js gives. */
function classOf(matched: number[], hasMobile: boolean): number {
  if (!matched.includes(0)) return 0;
  const has = (type: number): boolean => matched.includes(type + 1);
  if (has(0)) return 2 + (!hasMobile || has(1) ? fixedLineOrMobile : 0);
  const type = typePriority.find(has);
  return type === undefined ? 1 : 2 + type;
}

/**
 * A state is its class as a letter, then its ten successors as runs: how many less one, and the state in base 36. States
 * are separated by nothing, since ten successors end one; the first is the dead state's successor, number 1.
 */
function encode({ start, states }: DigitAutomaton, classFor: (matched: number[]) => number): string {
  const body = states.slice(1).map(({ matched, next }) => {
    const runs = next.join(' ').match(/\b(\d+)\b(?: \1\b)*/g) ?? [];
    const encoded = runs.map((run) => {
      const all = run.split(' ');
      return `${all.length - 1}${Number(all[0]).toString(36).padStart(2, '0')}`;
    });
    return `${String.fromCharCode(65 + classFor(matched))}${encoded.join('')}`;
  });
  return `${start.toString(36)}:${body.join('')}`;
}

/** How the region groups the digits of its national numbers, such as `3-4-4`, with its prefix and without. */
function shapesOf(formats: FormatRow[], nationalPrefix: string): string {
  const shapes = new Set<string>();
  for (const [pattern, format, , rule] of formats) {
    const groups = [...pattern.matchAll(/\(((?:[^()]|\([^()]*\))*)\)/g)].map(([, group = '']) => lengthsOf(group));
    for (const lengths of product(groups)) {
      // Groups that a format joins without a mark between them are one.
      const spelled = format.replace(/\$(\d)/g, (_, index: string) => 'd'.repeat(lengths[Number(index) - 1] ?? 0));
      const grouped = (text: string): string => (text.match(/d+/g) ?? []).map(({ length }) => length).join('-');
      shapes.add(grouped(spelled));
      if (nationalPrefix === '') continue;
      const prefix = 'd'.repeat(nationalPrefix.length);
      shapes.add(grouped(`${prefix}${spelled}`));
      if (typeof rule === 'string' && /\d\)?[ -]/.test(rule)) shapes.add(grouped(`${prefix} ${spelled}`));
    }
  }
  return [...shapes]
    .filter((shape) => shape.includes('-'))
    .sort()
    .join(' ');
}

function lengthsOf(group: string): number[] {
  const automaton = compileDigitAutomaton([{ pattern: group, lengths: null }]);
  const lengths = new Set<number>();
  const walk = (state: number, depth: number): void => {
    const one = automaton.states[state];
    if (one === undefined || state === 0) return;
    if (one.matched.length > 0) lengths.add(depth);
    for (const next of new Set(one.next)) walk(next, depth + 1);
  };
  walk(automaton.start, 0);
  return [...lengths];
}

function product(choices: number[][]): number[][] {
  return choices.reduce<number[][]>((all, some) => all.flatMap((one) => some.map((next) => [...one, next])), [[]]);
}
