import type { CutKind } from '@numfleet/contracts';
import type { Deadline } from '@numfleet/service';
import { comesToRest, type Rest } from './come-to-rest.ts';
import { loadDocument } from './load-document.ts';
import { lookAt } from './page-activity.ts';
import type { OpenPage } from './page-lease.ts';
import { governRequests } from './page-requests.ts';
import { revealNumbers } from './reveal-numbers.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { watchRequests } from './watch-requests.ts';

export interface RenderRequest {
  pageId: string;
  /** Where the document came from, after redirects. */
  url: string;
  /** As it was fetched by HTTP, its body decompressed: the browser does not ask for it again (I7). */
  document: { status: number; headers: Record<string, string>; body: Uint8Array };
  deadlineMs: number;
  /** What robots.txt says of a URL that the page wants to load; a redirect's further hops are not asked about. */
  mayAsk?: (url: string) => boolean;
  signal?: AbortSignal;
}

export interface RenderedPage {
  /** The document after its scripts ran, with open shadow roots and frames of its origin put after it. */
  html: string;
  /** Where the page wanted to go, which it was not let: absolute URLs. */
  navigatedTo: string[];
  /**
   * `subresources`: it wanted more than it may load, or scripts or data of its own site failed. `robots`: what it wanted to
   * load is disallowed by its site's robots.txt. `time`: it was still loading, or left before it was parsed; the document as
   * it was fetched may then hold more. `body`: its HTML is too long.
   */
  cuts: CutKind[];
  /** Scripts and data of its own site that broke off or were answered 5xx. */
  failedRequests: number;
  /** It was still to get them when time was over. Then, as where they failed, that nothing is found means nothing. */
  isUnfinished: boolean;
}

/** Loads the document, lets its scripts run until it is at rest or time is short, and takes what is there then. */
export async function renderPage(page: OpenPage, request: RenderRequest, deadline: Deadline): Promise<RenderedPage> {
  const requests = watchRequests(request.url, page.frameId);
  const bounds = governRequests(page, request);
  await page.onEachSession((session) => {
    requests.watch(session);
    return bounds.govern(session);
  });
  const { overfull, left } = bounds;
  const remainingMs = () => Math.max(1, deadline.remainingMs() - reserveMs(request.deadlineMs));
  const pointless = AbortSignal.any([overfull, left]);
  const { state, world } = await loadDocument(page, request.url, { remainingMs, pointless });
  const comeToRest = () =>
    comesToRest({ requests, look: () => lookAt(page.session, world), pointless: overfull }, remainingMs());
  let rest: Rest = state === 'stopped' ? 'restless' : 'unfinished';
  if (state === 'parsed') rest = await comeToRest();
  const canReveal = rest === 'rested' && remainingMs() > leastMsToReveal;
  if (canReveal && (await revealNumbers(world)) > 0) rest = await comeToRest();
  const snapshot = await takeSnapshot(world, maxHtmlLength);
  const failedRequests = overfull.aborted ? 0 : requests.failures();
  const cuts: CutKind[] = [];
  if (bounds.cut || failedRequests > 0) cuts.push('subresources');
  if (bounds.disallowed) cuts.push('robots');
  if (rest !== 'rested' && !overfull.aborted) cuts.push('time');
  if (snapshot.cut) cuts.push('body');
  return {
    html: snapshot.html,
    navigatedTo: bounds.navigatedTo,
    cuts,
    failedRequests,
    isUnfinished: rest === 'unfinished' && !pointless.aborted,
  };
}

/** Whether what is left of its deadline is enough for loading it once more. */
export function isTimeForAnother(request: RenderRequest, remainingMs: number): boolean {
  return remainingMs >= request.deadlineMs / 4 + reserveMs(request.deadlineMs);
}

/** Kept back from loading, so that a page which never finishes but still answers can be read before its deadline. */
function reserveMs(deadlineMs: number): number {
  return Math.min(2_000, deadlineMs / 4);
}

const leastMsToReveal = 1_500;
const maxHtmlLength = 10 * 1024 * 1024;
