const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The three forms of RFC 9110 §5.6.7. `Date.parse` takes the third for local time and much else for a date. */
const httpDates = [
  /^[A-Za-z]{3}, (?<day>\d{2}) (?<month>[A-Za-z]{3}) (?<year>\d{4}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/,
  /^[A-Za-z]{6,9}, (?<day>\d{2})-(?<month>[A-Za-z]{3})-(?<year>\d{2}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/,
  /^[A-Za-z]{3} (?<month>[A-Za-z]{3}) (?<day>[ \d]\d) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) (?<year>\d{4})$/,
];

/** Epoch ms of an HTTP date; null where it is none. A two-digit year is read as of `now` (epoch ms). */
export function parseHttpDate(text: string, now: number): number | null {
  const parts = httpDates.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return null;
  const month = months.indexOf(parts.month ?? '');
  const year = fullYear(parts.year ?? '', now);
  const epochMs = Date.UTC(year, month, Number(parts.day), Number(parts.h), Number(parts.m), Number(parts.s));
  return month === -1 || Number.isNaN(epochMs) ? null : epochMs;
}

/** A two-digit year is the one nearest: never more than 50 years ahead (RFC 9110 §5.6.7). */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  if (year > thisYear + 50) return year - 100;
  return year < thisYear - 50 ? year + 100 : year;
}
