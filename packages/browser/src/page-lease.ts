import type { Emit } from '@numfleet/contracts';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import type { RunningBrowser } from './launch-browser.ts';
import { settles } from './settles.ts';

export interface OpenPage {
  context: BrowserContext;
  page: Page;
  session: CDPSession;
}

/** How the browser presents itself: as what it is (I11). */
export interface Presence {
  proxy: { server: string; username: string; password: string };
  userAgent: string;
  locale: string;
}

/** A page in a context of its own, so that nothing passes from one page to the next. */
export interface PageLease {
  readonly opening: Promise<OpenPage>;
  /**
   * Gives page and context back, within 5 s whatever they do: page, context, browser, process group. A step that hangs is
   * told, and the next is taken.
   */
  end(): Promise<void>;
}

export function leasePage(browser: RunningBrowser, presence: Presence, emit: Emit): PageLease {
  const opening = openPage(browser, presence);
  opening.catch(() => {});
  const closes = async (stage: 'page' | 'context', closing: Promise<void>, timeoutMs: number) => {
    const closed = await settles(closing, timeoutMs);
    if (!closed && !browser.gone.aborted) emit({ type: 'browser.hung', stage, timeoutMs });
    return closed;
  };
  return {
    opening,
    async end() {
      if (browser.gone.aborted) return;
      await closes(
        'page',
        opening.then(({ page }) => page.close()),
        pageTimeoutMs,
      );
      if (
        await closes(
          'context',
          opening.then(({ context }) => context.close()),
          contextTimeoutMs,
        )
      )
        return;
      await browser.end('hung');
    },
  };
}

async function openPage(browser: RunningBrowser, presence: Presence): Promise<OpenPage> {
  const context = await browser.playwright.newContext({
    ...presence,
    viewport: { width: 1_280, height: 1_024 },
    acceptDownloads: false,
    permissions: [],
    serviceWorkers: 'block',
  });
  // A page alone in its history may close itself, which would throw away what was loaded.
  await context.addInitScript('window.close = () => {}');
  const page = await context.newPage();
  return { context, page, session: await context.newCDPSession(page) };
}

// A renderer that does not answer takes Chromium 0.5 s to close.
const pageTimeoutMs = 1_000;
const contextTimeoutMs = 500;
