import type { RobotsRule } from '@numfleet/contracts';
import { escapeOctets, normaliseOctets } from './octets.ts';

/** The name that robots.txt files know us by (RFC 9309 §2.2.1). */
export const productToken = 'numfleet';

export interface Robots {
  /** The rules that apply to us, for isAllowed. */
  rules: RobotsRule[];
  /** The Crawl-delay of our group, at most an hour; null when it has none. Not in the RFC, obeyed all the same. */
  crawlDelayMs: number | null;
  /** Absolute URLs as written, whatever group they stand in; at most 1,000. */
  sitemaps: string[];
}

/** RFC 9309 §2.5 asks for 500 KiB at least. */
export const robotsMaxBytes = 512_000;

const longestCrawlDelayMs = 3_600_000;
const mostRules = 20_000;
const mostSitemaps = 1_000;
const longestPattern = 2_048;

/**
 * Reads a robots.txt (RFC 9309): all groups that name the product token taken together, else all groups of `*`.
 * It takes any text or octets without an error and in linear time; what is no rule is skipped, so that an HTML page
 * served as robots.txt has none. Beyond 500 KiB nothing is read.
 */
export function parseRobots(input: string | Uint8Array, token: string = productToken): Robots {
  const groups = { named: emptyGroup(), any: emptyGroup() };
  const sitemaps: string[] = [];
  let applies = { named: false, any: false };
  let inAgents = false;

  for (const { key, value } of records(input)) {
    if (key === 'user-agent') {
      if (!inAgents) applies = { named: false, any: false };
      inAgents = true;
      const agent = agentOf(value);
      applies = { named: applies.named || agent === token.toLowerCase(), any: applies.any || agent === '*' };
      groups.named.present ||= applies.named;
    } else if (key === 'allow' || key === 'disallow') {
      inAgents = false;
      if (applies.named) addRule(groups.named, key === 'allow', value);
      if (applies.any) addRule(groups.any, key === 'allow', value);
    } else if (key === 'crawl-delay') {
      // No part of the RFC, and other records "MUST NOT interfere": it does not end a run of user-agent lines.
      if (applies.named) addCrawlDelay(groups.named, value);
      if (applies.any) addCrawlDelay(groups.any, value);
    } else if (key === 'sitemap' && sitemaps.length < mostSitemaps && URL.canParse(value)) {
      sitemaps.push(value);
    }
  }
  const { rules, crawlDelayMs } = groups.named.present ? groups.named : groups.any;
  return { rules: boundedRules([...rules.values()]), crawlDelayMs, sitemaps };
}

interface Group {
  present: boolean;
  rules: Map<string, RobotsRule>;
  crawlDelayMs: number | null;
}

function emptyGroup(): Group {
  return { present: false, rules: new Map(), crawlDelayMs: null };
}

/** The lines as octets, each one character, so that a length in characters is one in octets, as the RFC counts. */
function* records(input: string | Uint8Array): Generator<{ key: string; value: string }> {
  const octets = Buffer.from(input)
    .subarray(0, robotsMaxBytes + 3)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  const lines = octets.slice(0, robotsMaxBytes).split(/\r\n|\r|\n/);
  // The line at the limit is half a line: half of `Allow: /a/b` would allow more than was said.
  if (octets.length > robotsMaxBytes) lines.pop();
  for (const line of lines) {
    const record = parseLine(line);
    if (record !== null) yield record;
  }
}

function parseLine(line: string): { key: string; value: string } | null {
  const text = (line.split('#', 1)[0] ?? '').trim();
  const colon = text.indexOf(':');
  if (colon !== -1) return { key: keyOf(text.slice(0, colon)), value: text.slice(colon + 1).trim() };
  // `disallow /` is what it looks like; with more than two words it is prose.
  const words = text.split(/[ \t]+/, 3);
  return words.length === 2 ? { key: keyOf(words[0] ?? ''), value: words[1] ?? '' } : null;
}

/** The common misspellings that Google's parser takes too. Who writes them means them. */
const misspellings = new Map([
  ...['dissallow', 'dissalow', 'disalow', 'diasllow', 'disallaw'].map((key) => [key, 'disallow'] as const),
  ...['useragent', 'user agent'].map((key) => [key, 'user-agent'] as const),
  ['crawldelay', 'crawl-delay'],
]);

function keyOf(text: string): string {
  const key = text.trim().toLowerCase();
  return misspellings.get(key) ?? key;
}

/** A product token is of letters, `_` and `-`; what follows it (a version, a comment) is ignored. */
function agentOf(value: string): string {
  return /^\*(?=\s|$)|^[a-z_-]+/i.exec(value)?.[0].toLowerCase() ?? '';
}

function addRule(group: Group, allow: boolean, value: string): void {
  if (value === '') return;
  // See isAllowed for why the two kinds are written differently.
  const pattern = allow ? escapeOctets(value) : normaliseOctets(value);
  if (pattern.length <= longestPattern) group.rules.set(`${allow}${pattern}`, { allow, pattern });
  // Too long to carry: an allowance is lost, a prohibition widened to its beginning, so that we err on the host's side.
  else if (!allow) addRule(group, false, pattern.slice(0, longestPattern - 2).replace(/(?:%.?|\$)$/, ''));
}

function addCrawlDelay(group: Group, value: string): void {
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(value)) return;
  const ms = Math.min(Math.round(Number(value) * 1_000), longestCrawlDelayMs);
  group.crawlDelayMs = Math.max(group.crawlDelayMs ?? 0, ms);
}

/** More rules than a result can hold, which no honest file has: to leave some out would be to break them. */
function boundedRules(rules: RobotsRule[]): RobotsRule[] {
  return rules.length <= mostRules ? rules : [{ allow: false, pattern: '/' }];
}
