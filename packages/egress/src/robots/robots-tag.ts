import { productToken } from './parse-robots.ts';

export interface RobotsTag {
  /** What the page says is not to be kept. */
  noindex: boolean;
  /** Its links are not to be followed. */
  nofollow: boolean;
}

/** Directives with a value, which are not to be taken for the name of a crawler. */
const valued = new Set(['unavailable_after', 'max-snippet', 'max-image-preview', 'max-video-preview']);

/**
 * Reads `X-Robots-Tag` as Google defines it: directives for all crawlers, or for the one that is named before them. Where
 * both speak the stricter counts. Several headers arrive as one, joined by commas.
 */
export function robotsTagOf(headers: Readonly<Record<string, string>>, now: number): RobotsTag {
  const tag: RobotsTag = { noindex: false, nofollow: false };
  let isForUs = true;
  for (const part of (headers['x-robots-tag'] ?? '').slice(0, longest).split(',')) {
    const colon = part.indexOf(':');
    const name = part.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const isAgent = colon !== -1 && !valued.has(name);
    if (isAgent) isForUs = name === productToken || name === '*';
    if (!isForUs) continue;
    const directive = (isAgent ? part.slice(colon + 1) : part).trim().toLowerCase();
    tag.noindex ||= directive === 'noindex' || directive === 'none' || isOver(directive, now);
    tag.nofollow ||= directive === 'nofollow' || directive === 'none';
  }
  return tag;
}

const longest = 4_096;

/** A date with a comma in it is cut there, and is no date then: such a page is kept. */
function isOver(directive: string, now: number): boolean {
  const date = /^unavailable_after:\s*(.+)$/.exec(directive)?.[1];
  return date !== undefined && Date.parse(date) < now;
}
