import type { PageCode, PageResult, PageState, PageValidators, SitemapResult } from '@numfleet/contracts';

/** What is known of a page's visits before this one. */
export interface PageBefore {
  /** Null where the campaign visits each page once. */
  everySeconds: number | null;
  pace: number;
  /** What it said, in hex; null where nothing is known. */
  content: string | null;
  /** Whether that was read in a browser. */
  rendered: boolean | null;
}

export interface RevisitVerdict {
  /** Whether it is due again by itself; when is `next_visit()`'s to say, which is SQL. */
  comesAgain: boolean;
  /** Of `next_visit()`. */
  pace: number;
  changed: boolean | null;
  /** For its next visit. */
  validators: PageValidators | null;
}

/** Of what was excluded, the codes that a later round may find to hold no longer. */
const passing: ReadonlySet<PageCode> = new Set<PageCode>([
  'noindex',
  'robots-disallowed',
  'robots-unreachable',
  'contact-missing',
  'time-budget',
]);

/**
 * What a visit means for the next one. A page that changed comes twice as soon as before, and never later than usual; one that did
 * not, half as soon. One that failed comes at the usual time, with all its tries; one that ended its workers has no result, and
 * comes when an operator asks for it.
 */
export function decideRevisit(
  visit: { state: PageState; code: PageCode | null; content: string | null; result: PageResult | SitemapResult },
  before: PageBefore,
): RevisitVerdict {
  const { state, code, content, result } = visit;
  const once = { comesAgain: false, pace: before.pace, changed: null, validators: null };
  if (before.everySeconds === null || state === 'queued' || state === 'leased') return once;
  if (state === 'failed') return { ...once, comesAgain: true, pace: 0 };
  if (state === 'excluded') return { ...once, comesAgain: mayPass(code, before), pace: 0 };
  const changed = hasChanged({ content, rendered: isRendered(result) }, before);
  return { comesAgain: true, changed, pace: paceAfter(changed, before.pace), validators: validatorsOf(result) };
}

/** Where a whole host says that it is being worked on, its pages are copies for a while, and were none before. */
function mayPass(code: PageCode | null, before: PageBefore): boolean {
  return code !== null && (passing.has(code) || (code === 'duplicate-content' && before.content !== null));
}

/** After a visit that found a page changed or not; null is neither. */
export function paceAfter(changed: boolean | null, pace: number): number {
  if (changed === null) return pace;
  return changed ? Math.max(Math.min(pace, 1) - 1, -1) : Math.min(pace + 1, 2);
}

type Told = Pick<PageBefore, 'content' | 'rendered'>;

/** What a page says in a browser is not compared with what it says without. */
function hasChanged(now: Told, before: Told): boolean | null {
  if (now.content === null || before.content === null || now.rendered !== before.rendered) return null;
  return now.content !== before.content;
}

function isRendered(result: PageResult | SitemapResult): boolean {
  return result.kind === 'page' && result.http.rendered;
}

/**
 * Only those of a page of which all was read, as its host sent it: a 304 sends nothing to read the rest of. What a browser showed
 * may change where the document does not, and a browser would need that document: such a page is always fetched whole.
 */
function validatorsOf(result: PageResult | SitemapResult): PageValidators | null {
  if (result.kind !== 'page' || isRendered(result) || result.code !== null || result.cuts.length > 0) return null;
  return result.validators ?? null;
}

/** SQL: when the page `p` is due again that nothing could be fetched of this time. */
export function nextVisitOf(now: string): string {
  return `(select next_visit(${now}::timestamptz, c.created_at, c.every_seconds, c.retention_days, 0)
    from campaigns c where c.id = p.campaign_id)`;
}
