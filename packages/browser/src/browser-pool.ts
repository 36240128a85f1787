import { type Emit, NumfleetError } from '@numfleet/contracts';
import { abandonOnAbort, createDeadline, type Deadline } from '@numfleet/service';
import { createBrowserHolder, type PoolState, type RecyclingLimits } from './browser-holder.ts';
import type { Chromium } from './chromium.ts';
import type { RunningBrowser } from './launch-browser.ts';
import { leasePage, type PageLease, type Presence } from './page-lease.ts';
import { type RenderedPage, type RenderRequest, renderPage } from './render-page.ts';
import { renderTwice } from './render-twice.ts';
import { createSlots } from './slots.ts';

export type RenderOutcome =
  | ({ kind: 'rendered' } & RenderedPage)
  | { kind: 'failed'; code: 'render-timeout' | 'render-crashed' | 'browser-missing' };

export interface BrowserPool extends AsyncDisposable {
  /**
   * Renders a document that was fetched by HTTP. Answers at its deadline at the latest, plus up to 5 s in which what hangs is
   * killed; what the page held has been given back by then (I6). Throws the signal's reason when that is aborted.
   */
  render(request: RenderRequest): Promise<RenderOutcome>;
  /** Starts the browser ahead of its first page. Throws `browser-missing` or `folder-readonly`. */
  warm(): Promise<void>;
  state(): Promise<PoolState>;
  /** Not well while browsers crash one after the other, and no more are started for a while. */
  health(): { ok: boolean; reason?: string };
}

export interface BrowserPoolDeps extends Presence, RecyclingLimits {
  /** How the browser presents itself: as what it is (I11). */
  userAgent: string;
  locale: string;
  chromium: Chromium;
  /** Browsers write here and nowhere else; what dead owners left here is removed. */
  runDir: string;
  /** The folder of the run folders of all workers on this machine: what dead ones left there is removed as well. */
  runRoot?: string;
  emit: Emit;
  /** Pages rendered at the same time. */
  maxPages: number;
}

/** One browser at a time, started when first needed; the one before it may still be finishing its pages. */
export function createBrowserPool(deps: BrowserPoolDeps): BrowserPool {
  const slots = createSlots(deps.maxPages);
  const holder = createBrowserHolder(deps);

  const renderInSlot = async (request: RenderRequest, deadline: Deadline): Promise<RenderOutcome> => {
    using _slot = await slots.take(deadline.signal);
    using tenancy = await holder.enter(deadline.signal);
    const lease = leasePage(tenancy.browser, deps, deps.emit);
    try {
      const page = await whileBothLive(runLease(lease, request, deadline), tenancy.browser, deadline.signal);
      return { kind: 'rendered', ...page };
    } finally {
      if (!(await lease.end())) tenancy.distrust();
    }
  };

  return {
    async render(request) {
      using deadline = createDeadline(request.deadlineMs, {
        code: 'render-timeout',
        ...(request.signal ? { signal: request.signal } : {}),
      });
      try {
        return await renderTwice(() => renderInSlot(request, deadline), request, deadline.remainingMs);
      } catch (error) {
        request.signal?.throwIfAborted();
        const code = failureCode(error);
        if (code === 'render-timeout')
          deps.emit({ type: 'browser.hung', stage: 'render', timeoutMs: Math.round(request.deadlineMs) });
        return { kind: 'failed', code };
      }
    },
    warm: holder.warm,
    state: holder.state,
    health: holder.health,
    [Symbol.asyncDispose]: () => holder[Symbol.asyncDispose](),
  };
}

async function runLease(lease: PageLease, request: RenderRequest, deadline: Deadline): Promise<RenderedPage> {
  const open = await lease.opening;
  const lost = open.lost.then(() => {
    throw new NumfleetError('render-crashed', 'The page crashed its renderer.');
  });
  lost.catch(() => {});
  return await Promise.race([renderPage(open, request, deadline), lost]);
}

/** The wait from outside: whatever the page does, it ends with the deadline or the browser (I6). */
async function whileBothLive<T>(work: Promise<T>, browser: RunningBrowser, deadline: AbortSignal): Promise<T> {
  try {
    return await abandonOnAbort(work, AbortSignal.any([deadline, browser.gone]));
  } catch (error) {
    if (deadline.aborted || !browser.gone.aborted) throw error;
    throw new NumfleetError('render-crashed', 'The browser ended under the page.');
  }
}

function failureCode(error: unknown): 'render-timeout' | 'render-crashed' | 'browser-missing' {
  if (error instanceof NumfleetError) {
    const { code } = error;
    if (code === 'render-timeout' || code === 'render-crashed' || code === 'browser-missing') return code;
    throw error;
  }
  throw new NumfleetError('internal-error', `The browser did not take the page (${netErrorOf(error)}).`);
}

/** Messages may hold URLs, which must not be logged; Chromium's own code is all that is kept of them. */
function netErrorOf(error: unknown): string {
  return /net::ERR_\w+/.exec(String(error))?.[0] ?? (error instanceof Error ? error.name : typeof error);
}
