import { setTimeout as sleep } from 'node:timers/promises';
import type { CutKind } from '@numfleet/contracts';
import type { Deadline } from '@numfleet/service';
import { errors } from 'playwright-core';
import type { OpenPage } from './page-lease.ts';
import { governRequests, type PageRequests } from './page-requests.ts';
import { settles } from './settles.ts';
import { takeSnapshot } from './take-snapshot.ts';

export interface RenderRequest {
  pageId: string;
  /** Where the document came from, after redirects. */
  url: string;
  /** As it was fetched by HTTP, its body decompressed: the browser does not ask for it again (I7). */
  document: { status: number; headers: Record<string, string>; body: Uint8Array };
  deadlineMs: number;
  signal?: AbortSignal;
}

export interface RenderedPage {
  /** The document after its scripts ran, with open shadow roots and frames of its origin put after it. */
  html: string;
  /** Where the page wanted to go, which it was not let: absolute URLs. */
  navigatedTo: string[];
  /** `subresources`: it wanted more than it may load. `time`: it was still loading, or left
   * before it was parsed; the document as it was fetched may then hold more. `body`: its HTML is too long. */
  cuts: CutKind[];
}

/** Loads the document, lets its scripts run until the network is quiet or time is short, and takes what is there then. */
export async function renderPage(open: OpenPage, request: RenderRequest, deadline: Deadline): Promise<RenderedPage> {
  const requests = await governRequests(open, request);
  const msForLoading = () => Math.max(1, deadline.remainingMs() - reserveMs(request.deadlineMs));
  await open.page.goto(request.url, { waitUntil: 'commit', timeout: msForLoading() });
  const loaded = await finishes(
    open.page.waitForLoadState('domcontentloaded', { timeout: msForLoading() }),
    AbortSignal.any([requests.overfull, requests.left]),
  );
  const quiet = loaded && (await becomesQuiet(open, requests, Math.min(settleMs, msForLoading())));
  const snapshot = await takeSnapshot(open.session, maxHtmlLength);
  const cuts: CutKind[] = [];
  if (requests.cut) cuts.push('subresources');
  if (!quiet && !requests.overfull.aborted) cuts.push('time');
  if (snapshot.cut) cuts.push('body');
  return { html: snapshot.html, navigatedTo: requests.navigatedTo, cuts };
}

/** Kept back from loading, so that a page which never finishes but still answers can be read before its deadline. */
function reserveMs(deadlineMs: number): number {
  return Math.min(2_000, deadlineMs / 4);
}

/** False when it takes too long, or there is no more sense in waiting. */
async function finishes(loading: Promise<void>, pointless: AbortSignal): Promise<boolean> {
  const { promise: given, resolve } = Promise.withResolvers<boolean>();
  pointless.addEventListener('abort', () => resolve(false), { once: true });
  const inTime = loading.then(
    () => true,
    (error) => {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    },
  );
  return await Promise.race([inTime, given]);
}

/**
 * Waits until nothing that may change the page has been under way for half a second, and the page answers at once. Where
 * its scripts run late, because they are long or the machine is short of time, half a second without a request means
 * nothing, so the wait starts anew: pages of a busy fleet were read before they had asked for their content.
 */
async function becomesQuiet({ session }: OpenPage, requests: PageRequests, timeoutMs: number): Promise<boolean> {
  const endsAt = performance.now() + timeoutMs;
  let since = performance.now();
  const quietForMs = () => Math.min(requests.quietForMs(), performance.now() - since);
  while (performance.now() < endsAt && !requests.overfull.aborted) {
    if (quietForMs() < quietMs) {
      await sleep(25);
      continue;
    }
    const asked = performance.now();
    if (!(await settles(session.send('Runtime.evaluate', { expression: '0' }), endsAt - asked))) return false;
    const isPrompt = performance.now() - asked < promptMs;
    if (isPrompt && quietForMs() >= quietMs) return true;
    if (!isPrompt) since = performance.now();
  }
  return false;
}

const quietMs = 500;
const promptMs = 100;
const settleMs = 5_000;
const maxHtmlLength = 10 * 1024 * 1024;
