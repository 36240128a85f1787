import type { NumberView } from '@numfleet/contracts';

const columns = [
  ...['number', 'region', 'type', 'firstSeen', 'lastSeen', 'url', 'at', 'source'],
  ...['label', 'confidence', 'sightingsTotal'],
];

export const csvHead = `${columns.join(',')}\r\n`;

/**
 * A row a sighting (RFC 4180, UTF-8 without a byte-order mark), so that no sighting is lost in a cell; one row for a number
 * whose sightings have all expired.
 */
export function csvRows(view: NumberView): string {
  const { number, region, type, firstSeen, lastSeen, sightingsTotal } = view;
  const sightings = view.sightings.length === 0 ? [null] : view.sightings;
  return sightings
    .map((seen) => {
      const cells = [number, region, type, firstSeen, lastSeen, seen?.url, seen?.at, seen?.source];
      return `${[...cells, seen?.label, seen?.confidence, sightingsTotal].map(csvCell).join(',')}\r\n`;
    })
    .join('');
}

/** A number of ours, masked or plain. */
const phoneNumber = /^\+[\d•]+(;ext=[\d•]+)?$/;

/**
 * What a spreadsheet would run as a formula gets an apostrophe before it. Not so our numbers, though they begin with a plus:
 * such a formula can only come to the number itself, and an apostrophe would make every E.164 number wrong for every other
 * reader. Spreadsheets keep the plus when the column is imported as text.
 */
export function csvCell(value: string | number | null | undefined): string {
  const text = String(value ?? '');
  const safe = /^[=+\-@\t\r\n]/.test(text) && !phoneNumber.test(text) && typeof value !== 'number' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
