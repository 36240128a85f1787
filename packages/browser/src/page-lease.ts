import type { Emit } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import type { CdpConnection, CdpSession } from './cdp.ts';
import type { RunningBrowser } from './launch-browser.ts';
import { plansScript } from './page-plans.ts';
import { settles } from './settles.ts';

export interface OpenPage {
  session: CdpSession;
  /** Of its main frame, and so of the page as a target. */
  frameId: string;
  pass: ProxyPass;
  /** Prepares the session of the page, and that of each frame in another process and each worker before it begins. */
  onEachSession(prepare: (session: CdpSession) => Promise<unknown>): Promise<void>;
  /** Settled when it has crashed or was closed. */
  lost: Promise<void>;
}

/** The way out of a browser. */
export interface Presence {
  proxy: { server: string; issuePass(maxBytes: number): ProxyPass };
}

/** What a context shows to the proxy, and what of the page's is counted there. Disposing it ends the connections. */
export interface ProxyPass extends Disposable {
  username: string;
  password: string;
  /** Aborted when the page was sent more than it may take. */
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

export function leasePage(browser: RunningBrowser, { proxy }: Presence, emit: Emit): PageLease {
  const pass = proxy.issuePass(maxBytesOnTheWire);
  const { cdp } = browser;
  const opening = openContext(cdp, proxy.server).then((context) => openPage(cdp, context, pass));
  opening.catch(() => {});
  const closes = async (stage: 'page' | 'context', close: (page: ClosablePage) => Promise<unknown>, ms: number) => {
    let failed = false;
    const closing = opening.then(close).catch(() => {
      failed = true;
    });
    const closed = await settles(closing, ms);
    if (!closed && !browser.gone.aborted) emit({ type: 'browser.hung', stage, timeoutMs: ms });
    return { closed, clean: closed && !failed };
  };
  return {
    opening,
    async end() {
      pass[Symbol.dispose]();
      if (browser.gone.aborted) return false;
      const page = await closes('page', ({ close }) => close(), pageTimeoutMs);
      const context = await closes('context', ({ closeContext }) => closeContext(), contextTimeoutMs);
      if (!context.closed) await browser.end('hung');
      const clean = page.clean && context.clean;
      // Pages fail with a browser that dies, a moment before that is told.
      if (!clean) await sleep(deathToldMs, browser.gone).catch(() => {});
      return clean;
    },
  };
}

interface ClosablePage extends OpenPage {
  close(): Promise<void>;
  closeContext(): Promise<unknown>;
}

async function openContext({ browser }: CdpConnection, proxyServer: string): Promise<string> {
  const proxied = { proxyServer, proxyBypassList: '<-loopback>' };
  const { browserContextId } = await browser.send('Target.createBrowserContext', proxied);
  return browserContextId;
}

async function openPage(cdp: CdpConnection, browserContextId: string, pass: ProxyPass): Promise<ClosablePage> {
  const { browser } = cdp;
  const attached = attachFirst(cdp, browserContextId);
  await Promise.all([
    browser.send('Browser.grantPermissions', { permissions: [], browserContextId }),
    browser.send('Browser.setDownloadBehavior', { behavior: 'deny', browserContextId }),
    browser.send('Target.createTarget', { url: 'about:blank', browserContextId, width: 1_280, height: 1_024 }),
  ]);
  const { session, targetId, detached } = await attached;
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  session.on('Inspector.targetCrashed', lose);
  void detached.then(lose);
  session.on('Page.javascriptDialogOpening', () => {
    void session.send('Page.handleJavaScriptDialog', { accept: false }).catch(pageIsGone);
  });
  await Promise.all([
    session.send('Page.enable'),
    // Otherwise of several pages in a browser one alone is in front.
    session.send('Emulation.setFocusEmulationEnabled', { enabled: true }),
    session.send('Page.addScriptToEvaluateOnNewDocument', { source: firstScript }),
    session.send('Runtime.runIfWaitingForDebugger'),
  ]);
  return {
    session,
    frameId: targetId,
    pass,
    lost,
    onEachSession: (prepare) => prepareEach(cdp, session, prepare),
    async close() {
      await browser.send('Target.closeTarget', { targetId });
      await detached;
    },
    closeContext: () => browser.send('Target.disposeBrowserContext', { browserContextId }),
  };
}

/** The first page of a context. Others are what it opens, which are closed before they begin. */
async function attachFirst(cdp: CdpConnection, browserContextId: string) {
  const { browser, session, closed } = cdp;
  const { promise: attached, resolve: attach } = Promise.withResolvers<{ sessionId: string; targetId: string }>();
  const { promise: detached, resolve: detach } = Promise.withResolvers<void>();
  let first: string | null = null;
  const endAttached = browser.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    const { targetId } = targetInfo;
    if (targetInfo.browserContextId !== browserContextId) return;
    if (first !== null) return void closePopup(cdp, sessionId, targetId).catch(pageIsGone);
    first = sessionId;
    attach({ sessionId, targetId });
  });
  const endDetached = browser.on('Target.detachedFromTarget', ({ sessionId }) => sessionId === first && detach());
  const onClosed = () => detach();
  closed.addEventListener('abort', onClosed);
  void detached.then(() => {
    endAttached();
    endDetached();
    closed.removeEventListener('abort', onClosed);
  });
  const { sessionId, targetId } = await attached;
  return { session: session(sessionId), targetId, detached };
}

/** Held before it begins, it would hold the page that opened it; let go, it asks for things, which are never answered. */
async function closePopup({ browser, session }: CdpConnection, sessionId: string, targetId: string): Promise<void> {
  const popup = session(sessionId);
  await Promise.all([popup.send('Fetch.enable'), popup.send('Runtime.runIfWaitingForDebugger')]);
  await browser.send('Target.closeTarget', { targetId });
}

async function prepareEach(
  cdp: CdpConnection,
  session: CdpSession,
  prepare: (session: CdpSession) => Promise<unknown>,
): Promise<void> {
  session.on('Target.attachedToTarget', ({ sessionId }) => {
    const child = cdp.session(sessionId);
    void prepareEach(cdp, child, prepare)
      .then(() => child.send('Runtime.runIfWaitingForDebugger'))
      .catch(pageIsGone);
  });
  const children = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };
  await Promise.all([session.send('Target.setAutoAttach', children), prepare(session)]);
}

/**
 * A page alone in its history may close itself, which would throw away what was loaded. A service worker would outlive its
 * page, and ask past what bounds that.
 */
const firstScript = `window.close = () => {};
if (navigator.serviceWorker) navigator.serviceWorker.register = () => new Promise(() => {});
${plansScript}`;

/** All that a page loads, its workers' requests, websockets and TLS included (I8). */
const maxBytesOnTheWire = 10 * 1024 * 1024;
// A renderer that does not answer takes Chromium 0.5 s to close.
const pageTimeoutMs = 1_000;
// With half a second, a machine at ten times its load lost whole browsers, each with the other pages in it.
const contextTimeoutMs = 1_500;
const deathToldMs = 250;

function pageIsGone(): void {
  // It was closed while it was asked; what becomes of it is told elsewhere.
}
