import type { PageCode } from '@numfleet/contracts';

/** A circle shows after so many turns; a single name is also repeated in earnest (`/11/11/11` is a date). */
const turnsOf = (period: number): number => (period === 1 ? 4 : 3);
const longestPeriod = 8;
const mostSegments = 50;
const mostRepeatedParameters = 3;
const mostParameters = 30;

/** Years around the present in which a site has anything to say. Calendars link to the next month for ever. */
const yearsAhead = 2;
const earliestYear = 1990;

/**
 * Why a URL is taken for one of endlessly many that a site makes up, by its spelling alone; null for most. A site that links
 * relatively from a page that it serves at any address leads in circles; a calendar leads to any year.
 */
export function urlTrapOf(url: URL, now: Date): PageCode | null {
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  if (segments.length > mostSegments || hasCircle(segments)) return 'trap-path';
  if (hasTooManyParameters(url.search)) return 'trap-facets';
  return isFarDate(url, now) ? 'trap-calendar' : null;
}

/** Whether some piece of the path comes again and again, without anything between. */
function hasCircle(segments: readonly string[]): boolean {
  for (let period = 1; period <= longestPeriod; period += 1) {
    let same = 0;
    for (let at = period; at < segments.length; at += 1) {
      same = segments[at] === segments[at - period] ? same + 1 : 0;
      if (same === period * (turnsOf(period) - 1)) return true;
    }
  }
  return false;
}

function hasTooManyParameters(search: string): boolean {
  if (search === '') return false;
  const parameters = search.slice(1).split('&');
  if (parameters.length > mostParameters) return true;
  const counts = Map.groupBy(parameters, (parameter) => parameter);
  return [...counts].some(([text, { length }]) => text !== '' && length > mostRepeatedParameters);
}

/** A day or month as sites write it: `2026/11`, `2026-11-23`; and `20261123` or a year in a parameter that is named so. */
const inPath = /\/([12]\d{3})[/-](?:0?[1-9]|1[0-2])(?:[/-](?:0?[1-9]|[12]\d|3[01]))?(?=\/|$)/g;
const inQuery = /[&=]([12]\d{3})-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12]\d|3[01]))?(?=&|$|T)/g;
const named = /[&_-](?:year|yr|jahr|annee|ano|anno|date|datum|month)=(\d{4})(?:\d{4})?(?=&|$)/gi;

/** What stands below a date was written on it; a date that ends the address is one that a calendar was turned to. */
function isFarDate(url: URL, now: Date): boolean {
  const latest = now.getUTCFullYear() + yearsAhead;
  const turnedTo = yearsTurnedTo(url);
  if (turnedTo.some((year) => year > latest || year < earliestYear)) return true;
  return [...url.pathname.matchAll(inPath)].some((match) => Number(match[1]) > latest);
}

function yearsTurnedTo({ pathname, search }: URL): number[] {
  const atEnd = [...pathname.matchAll(inPath)].filter(
    ({ index, 0: text }) => index + text.length >= pathname.length - 1,
  );
  if (search === '') return atEnd.map((match) => Number(match[1]));
  const query = search.replace('?', '&');
  return [...atEnd, ...query.matchAll(inQuery), ...query.matchAll(named)].map((match) => Number(match[1]));
}

/** Addresses that a site could make up in any number, and how many of them are followed. */
export interface UrlShape {
  /** What they have in common, without digits, so that it can hold no number (I3). */
  text: string;
  most: number;
  /** Why the next one is not. */
  code: PageCode;
}

/** A year of days, or thirty of months. */
const mostDates = 400;
/** Of a path with three parameters or more, whose combinations grow with the power of their number. */
const mostCombinations = 1_000;
/** With one or two: pages of a listing, articles by number. */
const mostValues = 20_000;

/** The shape of a URL that is one of many alike; null for one that has neither date nor parameters. */
export function urlShapeOf(url: URL): UrlShape | null {
  const isDate = yearsTurnedTo(url).length > 0;
  if (url.search === '' && !isDate) return null;
  const path = withoutDigits(url.pathname);
  const names = new Set(url.searchParams.keys());
  const text = `${path}?${withoutDigits([...names].sort().join('&'))}`;
  if (isDate) return { text, most: mostDates, code: 'trap-calendar' };
  if (names.size === 0) return null;
  if (names.size > 2) return { text: `${path}?*`, most: mostCombinations, code: 'trap-facets' };
  return { text, most: mostValues, code: 'trap-facets' };
}

const withoutDigits = (text: string) => text.replace(/\d+/g, '0');
