import type { RobotsRule } from '@numfleet/contracts';
import { normaliseOctets } from './octets.ts';

/**
 * Whether these rules, from parseRobots, let a URL be fetched (RFC 9309 §2.2.2): the longest pattern that matches
 * decides, `allow` where two are equal, and what no pattern matches is allowed. `/robots.txt` always is.
 *
 * The RFC compares with escapes of unreserved characters undone (`%62` is `b`); Google's parser, which sites are tested
 * with, compares them as written. Where the two differ we take the stricter: a prohibition matches by the RFC, an
 * allowance only as written.
 */
export function isAllowed(rules: RobotsRule[], url: string): boolean {
  const path = pathOf(url);
  if (path === '/robots.txt') return true;
  const normalised = normaliseOctets(path);
  const withheld = withoutDigits(normalised);
  let longest = -1;
  let allowed = true;
  for (const { allow, pattern } of rules) {
    if (pattern.length < longest || (pattern.length === longest && (allowed || !allow))) continue;
    if (!matches(pattern, allow ? path : pattern.includes(anyDigit) ? withheld : normalised)) continue;
    longest = pattern.length;
    allowed = allow;
  }
  return allowed;
}

/** In the place of a digit that is withheld. A robots.txt cannot write it: a comment begins there. */
const anyDigit = '#';
const withoutDigits = (text: string) => text.replace(/[0-9]/g, anyDigit);

/**
 * The rules without numbers that their patterns may hold, as they can be stored and sent (I3). A prohibition is widened to any
 * digits in the places of these, an allowance is lost, so that we err on the host's side.
 */
export function withholdDigits(rules: RobotsRule[], mayHoldNumber: (pattern: string) => boolean): RobotsRule[] {
  const kept = new Map<string, RobotsRule>();
  for (const rule of rules) {
    if (!mayHoldNumber(rule.pattern)) kept.set(`${rule.allow}${rule.pattern}`, rule);
    else if (!rule.allow) {
      const pattern = withoutDigits(rule.pattern);
      kept.set(`false${pattern}`, { allow: false, pattern });
    }
  }
  return [...kept.values()];
}

/** Path and query as written. Only the part before is dropped: a parser would already change what is to be compared. */
function pathOf(url: string): string {
  const [beforeFragment = ''] = url.split('#', 1);
  const rest = beforeFragment.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Matches from the start of the path; `*` stands for anything, `$` at the end for the end. Each piece between stars is
 * sought once, from where the last one ended: the leftmost place is never worse than a later one, so nothing is retried.
 */
function matches(pattern: string, path: string): boolean {
  const anchored = pattern.endsWith('$');
  const [first = '', ...pieces] = (anchored ? pattern.slice(0, -1) : pattern).split('*');
  if (!path.startsWith(first)) return false;
  const last = anchored ? pieces.pop() : undefined;
  let end = first.length;
  for (const piece of pieces) {
    const at = path.indexOf(piece, end);
    if (at === -1) return false;
    end = at + piece.length;
  }
  if (!anchored) return true;
  if (last === undefined) return end === path.length;
  return path.length - last.length >= end && path.endsWith(last);
}
