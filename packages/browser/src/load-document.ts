import { createDeadline } from '@numfleet/service';
import { type IsolatedWorld, openIsolatedWorld } from './isolated-world.ts';
import type { OpenPage } from './page-lease.ts';

export interface LoadedDocument {
  /** `stopped`: its parser was stopped before the end, for good. `unfinished`: it was still parsed when time was over. */
  state: 'parsed' | 'stopped' | 'unfinished';
  world: IsolatedWorld;
}

/** Goes to a page and waits until its document is parsed, or there is no more sense in waiting (`pointless`). */
export async function loadDocument(
  page: OpenPage,
  url: string,
  options: { remainingMs: () => number; pointless: AbortSignal },
): Promise<LoadedDocument> {
  const { parsed, stopped } = watchLoading(page);
  const { errorText } = await page.session.send('Page.navigate', { url });
  if (errorText !== undefined) throw new Error(errorText);
  using deadline = createDeadline(options.remainingMs());
  await firstAborted([parsed, stopped, options.pointless, deadline.signal]);
  const world = await openIsolatedWorld(page.session, page.frameId);
  if (parsed.aborted) return { state: 'parsed', world };
  if (!stopped.aborted) return { state: 'unfinished', world };
  // That it has stopped may be told before that it was parsed.
  return { state: (await world.call<boolean>(isParsedScript)) ? 'parsed' : 'stopped', world };
}

/**
 * Signals for when the document is parsed, and when it stops loading: it is complete, or the page has stopped its own
 * parser, by `window.stop` or by leaving in a way that is no request.
 */
function watchLoading({ session, frameId: main }: OpenPage): { parsed: AbortSignal; stopped: AbortSignal } {
  const parsed = new AbortController();
  const stopped = new AbortController();
  let isThere = false;
  session.on('Page.frameNavigated', ({ frame }) => {
    if (frame.id === main && frame.url !== 'about:blank') isThere = true;
  });
  session.on('Page.domContentEventFired', () => isThere && parsed.abort());
  session.on('Page.frameStoppedLoading', ({ frameId }) => isThere && frameId === main && stopped.abort());
  return { parsed: parsed.signal, stopped: stopped.signal };
}

async function firstAborted(signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  if (any.aborted) return;
  await new Promise((resolve) => any.addEventListener('abort', resolve, { once: true }));
}

const isParsedScript = `() => performance.getEntriesByType('navigation')[0]?.domContentLoadedEventStart > 0`;
