import { findDigitRuns, mayHoldNumber, replaceSpans } from './digit-runs.ts';
import type { Span } from './fold-text.ts';

export interface Redacted {
  text: string;
  /** How many stretches were replaced. */
  count: number;
}

/**
 * The safety net under everything that is logged (I3): each stretch of text that could be a phone number becomes
 * `[phone]`. It errs towards replacing, so ids and large numbers belong in fields of their own and not in messages.
 * UUIDs, ISO dates and timestamps, addresses of private networks and hexadecimal ids pass.
 */
export function redactText(text: string): Redacted {
  if (!mayHoldNumber(text)) return { text, count: 0 };
  const spans = findDigitRuns(text, { slashJoins: true, opaque: findOpaque(text), isHarmless });
  return { text: replaceSpans(text, spans, '[phone]'), count: spans.length };
}

const opaqueForms = new RegExp(
  [
    // RFC 9562, with a letter somewhere: digits and dashes alone could be a number written in groups.
    '(?<uuid>(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-z]))',
    // ISO 8601 and Postgres, to the microsecond.
    '(?<timestamp>(?<![0-9a-z+])(?:19|20)\\d\\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])[T ]' +
      '(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-6]\\d(?:[.,]\\d{1,6})?)?(?:Z|[+-]\\d\\d(?::?\\d\\d)?)?(?!\\d))',
    // Span and trace ids, MD5, SHA-1, SHA-256.
    '(?<hex>(?<![0-9a-z%])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{16})(?![0-9a-z]))',
  ].join('|'),
  'gi',
);

function findOpaque(text: string): Span[] {
  return [...text.matchAll(opaqueForms)].filter(isOpaque).map((match) => {
    return { start: match.index, end: match.index + match[0].length };
  });
}

function isOpaque({ 0: form, groups }: RegExpMatchArray): boolean {
  if (groups?.uuid !== undefined) return /[a-f]/i.test(form);
  return groups?.hex === undefined || isHexId(form);
}

/** Letters and digits well mixed, so that it is not a number that stands beside a few letters from a to f. */
function isHexId(form: string): boolean {
  const alternations = form.match(/(?<=[0-9])[a-f]|(?<=[a-f])[0-9]/gi)?.length ?? 0;
  return alternations >= 4 && !/[0-9]{10}/.test(form);
}

const isoDate = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
// Of private networks and loopback only: `49.151.123.45` is also a way to write a number.
const privateAddress =
  /^(?:10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))(?:\.(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){2,3}$/;

function isHarmless(run: string): boolean {
  return isoDate.test(run) || (privateAddress.test(run) && run.split('.').length === 4);
}
