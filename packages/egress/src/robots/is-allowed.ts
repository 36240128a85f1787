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
  let longest = -1;
  let allowed = true;
  for (const { allow, pattern } of rules) {
    if (pattern.length < longest || (pattern.length === longest && (allowed || !allow))) continue;
    if (!matches(pattern, allow ? path : normalised)) continue;
    longest = pattern.length;
    allowed = allow;
  }
  return allowed;
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
