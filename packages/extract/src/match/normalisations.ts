import type { Normalisation } from '@numfleet/contracts';
import { astralDigits, combining, foldedCodes, isDigitCode } from '@numfleet/privacy/digits';
import { decodeHTML } from 'entities';

/** How many of some spellings needed what before they could be read. */
export function countNormalisations(spellings: readonly string[]): Partial<Record<Normalisation, number>> {
  const counts: Partial<Record<Normalisation, number>> = {};
  for (const spelling of spellings) {
    for (const kind of normalisationsOf(spelling)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function normalisationsOf(spelling: string): Set<Normalisation> {
  const found = new Set<Normalisation>();
  if (isPlain.test(spelling)) return found;
  const decoded = decodeHTML(spelling);
  if (decoded !== spelling) found.add('reference');
  for (const character of decoded) {
    const kind = kindOf(character.codePointAt(0) ?? 0);
    if (kind !== null) found.add(kind);
  }
  return found;
}

/** ASCII without references. */
const isPlain = /^[\t-%'-~]*$/;
const space = 0x20;

function kindOf(code: number): Normalisation | null {
  if (code > 0xffff) return astralDigits.has(code) ? 'digits' : null;
  if (combining[code] === 1) return 'mark';
  const folded = foldedCodes[code] ?? code;
  if (folded === code) return null;
  if (folded === 0) return 'invisible';
  if (folded === space) return 'space';
  return isDigitCode(folded) ? 'digits' : 'sign';
}
