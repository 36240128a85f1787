import { readPage, readText } from '@numfleet/extract';
import { reveal } from '@numfleet/privacy/reveal';
import type { PhoneNumber } from 'libphonenumber-js/max';
import { numbersOfRanges, type RangeNumber } from './number-ranges.ts';

/** The usual written forms of a number; national ones are read in their region. */
export const forms = ['E.164', 'international', 'national', 'dialled (00 …)', 'tel: link'] as const;
type Form = (typeof forms)[number];

export interface Coverage {
  numbers: number;
  rows: { range: RangeNumber; form: Form; isFound: boolean }[];
}

/** Writes a number of every range of the metadata in every form, and looks whether it comes out to the digit. */
export function measureCoverage(): Coverage {
  const rows: Coverage['rows'] = [];
  let numbers = 0;
  for (const range of numbersOfRanges()) {
    numbers += 1;
    for (const form of forms) rows.push({ range, form, isFound: isFound(range, form) });
  }
  return { numbers, rows };
}

function isFound({ region, number }: RangeNumber, form: Form): boolean {
  const spelling = spellingOf(number, form);
  const { findings } =
    form === 'tel: link'
      ? readPage(spelling, { url: 'file:///', region: null, maxFindings: 9, maxLinks: 0 })
      : readText(`Tel: ${spelling}`, { region: form === 'national' ? region : null });
  return findings.some((finding) => reveal(finding.number) === number.number);
}

function spellingOf(number: PhoneNumber, form: Form): string {
  switch (form) {
    case 'E.164':
      return number.number;
    case 'international':
      return number.formatInternational();
    case 'national':
      return number.formatNational();
    case 'dialled (00 …)':
      return number.formatInternational().replace('+', '00 ');
    case 'tel: link':
      return `<a href="${number.getURI()}">call</a>`;
  }
}
