import { type CDPSession, errors, type Page } from 'playwright-core';
import { type IsolatedWorld, openIsolatedWorld } from './isolated-world.ts';

export interface LoadedDocument {
  /** `stopped`: its parser was stopped before the end, for good. `unfinished`: it was still parsed when time was over. */
  state: 'parsed' | 'stopped' | 'unfinished';
  world: IsolatedWorld;
}

/** Goes to a page and waits until its document is parsed, or there is no more sense in waiting (`pointless`). */
export async function loadDocument(
  open: { page: Page; session: CDPSession },
  url: string,
  options: { remainingMs: () => number; pointless: AbortSignal },
): Promise<LoadedDocument> {
  const { remainingMs, pointless } = options;
  const stopped = await watchStop(open.session);
  await open.page.goto(url, { waitUntil: 'commit', timeout: remainingMs() });
  const parsing = open.page.waitForLoadState('domcontentloaded', { timeout: remainingMs() });
  const isParsed = await finishes(parsing, AbortSignal.any([pointless, stopped]));
  const world = await openIsolatedWorld(open.session);
  if (isParsed) return { state: 'parsed', world };
  if (!stopped.aborted) return { state: 'unfinished', world };
  // That it has stopped may be told before that it was parsed.
  return { state: (await world.call<boolean>(isParsedScript)) ? 'parsed' : 'stopped', world };
}

/**
 * Aborted when the document stops loading: it is complete, or the page has stopped its own parser, by `window.stop` or by
 * leaving in a way that is no request.
 */
async function watchStop(session: CDPSession): Promise<AbortSignal> {
  const stopped = new AbortController();
  let main: string | null = null;
  session.on('Page.frameNavigated', ({ frame }) => {
    if (frame.parentId === undefined) main = frame.id;
  });
  session.on('Page.frameStoppedLoading', ({ frameId }) => frameId === main && stopped.abort());
  await session.send('Page.enable');
  return stopped.signal;
}

/** False when it takes too long, or there is no more sense in waiting. */
async function finishes(loading: Promise<void>, pointless: AbortSignal): Promise<boolean> {
  const { promise: given, resolve } = Promise.withResolvers<boolean>();
  if (pointless.aborted) resolve(false);
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

const isParsedScript = `() => performance.getEntriesByType('navigation')[0]?.domContentLoadedEventStart > 0`;
