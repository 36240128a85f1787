import type { Emit } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import type { RunningBrowser } from './launch-browser.ts';
import { settles } from './settles.ts';

export interface OpenPage {
  context: BrowserContext;
  page: Page;
  session: CDPSession;
  /** Aborted when the page was sent more than it may take. */
  fed: AbortSignal;
}

/** How the browser presents itself: as what it is (I11). */
export interface Presence {
  proxy: { server: string; issuePass(maxBytes: number): ProxyPass };
  userAgent: string;
  locale: string;
}

/** What a context shows to the proxy, and what of the page's is counted there. Disposing it ends the connections. */
interface ProxyPass extends Disposable {
  username: string;
  password: string;
  exceeded: AbortSignal;
}

/** A page in a context of its own, so that nothing passes from one page to the next. */
export interface PageLease {
  readonly opening: Promise<OpenPage>;
  /**
   * Gives page and context back, within 5 s whatever they do: page, context, browser, process group. A step that hangs is
   * told, and the next is taken. False where something was amiss: such a browser is not to be trusted with more pages.
   */
  end(): Promise<boolean>;
}

export function leasePage(browser: RunningBrowser, presence: Presence, emit: Emit): PageLease {
  const pass = presence.proxy.issuePass(maxBytesOnTheWire);
  const opening = openPage(browser, presence, pass);
  opening.catch(() => {});
  const closes = async (stage: 'page' | 'context', closing: Promise<void>, timeoutMs: number) => {
    let failed = false;
    const closed = await settles(
      closing.catch(() => {
        failed = true;
      }),
      timeoutMs,
    );
    if (!closed && !browser.gone.aborted) emit({ type: 'browser.hung', stage, timeoutMs });
    return { closed, clean: closed && !failed };
  };
  return {
    opening,
    async end() {
      pass[Symbol.dispose]();
      if (browser.gone.aborted) return false;
      const pageClosing = opening.then(({ page }) => page.close());
      const page = await closes('page', pageClosing, pageTimeoutMs);
      const contextClosing = opening.then(({ context }) => context.close());
      const context = await closes('context', contextClosing, contextTimeoutMs);
      if (!context.closed) await browser.end('hung');
      const clean = page.clean && context.clean;
      // Pages fail with a browser that dies, a moment before that is told.
      if (!clean) await sleep(deathToldMs, browser.gone).catch(() => {});
      return clean;
    },
  };
}

async function openPage(browser: RunningBrowser, presence: Presence, pass: ProxyPass): Promise<OpenPage> {
  const { username, password, exceeded } = pass;
  const context = await browser.playwright.newContext({
    ...presence,
    proxy: { server: presence.proxy.server, username, password },
    viewport: { width: 1_280, height: 1_024 },
    acceptDownloads: false,
    permissions: [],
    serviceWorkers: 'block',
  });
  // A page alone in its history may close itself, which would throw away what was loaded.
  await context.addInitScript('window.close = () => {}');
  const page = await context.newPage();
  return { context, page, session: await context.newCDPSession(page), fed: exceeded };
}

/** All that a page loads, its workers' requests, websockets and TLS included (I8). */
const maxBytesOnTheWire = 10 * 1024 * 1024;
// A renderer that does not answer takes Chromium 0.5 s to close.
const pageTimeoutMs = 1_000;
// With half a second, a machine at ten times its load lost whole browsers, each with the other pages in it.
const contextTimeoutMs = 1_500;
const deathToldMs = 250;
