import { type Emit, NumfleetError } from '@numfleet/contracts';
import { abandonOnAbort } from '@numfleet/service';
import type { Chromium } from './chromium.ts';
import { watchHeartbeat } from './heartbeat.ts';
import { launchBrowser, type RunningBrowser } from './launch-browser.ts';
import { type GroupUsage, groupUsage } from './process-group.ts';
import { reapLeftovers } from './run-folder.ts';
import { type Sandbox, sandboxesToTry } from './sandbox.ts';

/** Holds the one browser that new pages go to, and those before it that still have pages. */
export interface BrowserHolder extends AsyncDisposable {
  /** A place for one page in a living browser, started if need be. Disposing it gives the place back. */
  enter(signal: AbortSignal): Promise<Tenancy>;
  warm(): Promise<void>;
  state(): Promise<PoolState>;
}

interface Tenancy extends Disposable {
  readonly browser: RunningBrowser;
}

export interface PoolState {
  /** Null until a browser has been started. */
  sandbox: Sandbox | null;
  browsers: BrowserState[];
}

export interface BrowserState {
  pid: number;
  pagesServed: number;
  pagesOpen: number;
  /** It takes no new pages. */
  retired: boolean;
  /** Null where the system does not tell. */
  usage: GroupUsage | null;
}

interface Held {
  browser: RunningBrowser;
  pagesServed: number;
  pagesOpen: number;
  retired: boolean;
}

export function createBrowserHolder(deps: {
  chromium: Chromium;
  proxy: { server: string };
  runDir: string;
  emit: Emit;
  recycleAfterPages?: number;
  recycleAboveBytes?: number;
}): BrowserHolder {
  const { recycleAfterPages = 500, recycleAboveBytes = 2 * 1024 ** 3 } = deps;
  const all = new Set<Held>();
  /** The only one that is not retired. */
  let current: Promise<Held> | null = null;
  let sandbox: Sandbox | null = null;
  let closed = false;

  const obtain = (): Promise<Held> => {
    if (closed) throw new NumfleetError('aborted', 'The browser pool is closed.');
    current ??= launch().catch((error) => {
      current = null;
      throw error;
    });
    return current;
  };
  const launch = async (): Promise<Held> => {
    if (sandbox === null) await reapLeftovers(deps.runDir, deps.emit);
    const sandboxes = sandbox ? [sandbox] : sandboxesToTry(process.getuid?.());
    const browser = await launchBrowser({ ...deps, proxyServer: deps.proxy.server }, sandboxes);
    sandbox = browser.sandbox;
    const held: Held = { browser, pagesServed: 0, pagesOpen: 0, retired: false };
    all.add(held);
    browser.gone.addEventListener('abort', () => retire(held), { once: true });
    void browser.ended.then(() => all.delete(held));
    void watchHeartbeat(browser, {
      onBeat: () => checkMemory(held),
      onSilent: (timeoutMs) => {
        deps.emit({ type: 'browser.hung', stage: 'heartbeat', timeoutMs });
        void browser.end('hung');
      },
    });
    return held;
  };
  const retire = (held: Held) => {
    if (!held.retired) current = null;
    held.retired = true;
    if (held.pagesOpen === 0) void held.browser.end('recycled');
  };
  const checkMemory = async (held: Held) => {
    const usage = await groupUsage(held.browser.pid);
    if (usage && usage.rssBytes > recycleAboveBytes) retire(held);
  };
  const occupy = (held: Held): Tenancy => {
    held.pagesOpen += 1;
    held.pagesServed += 1;
    if (held.pagesServed >= recycleAfterPages) retire(held);
    return {
      browser: held.browser,
      [Symbol.dispose]() {
        held.pagesOpen -= 1;
        if (held.retired) retire(held);
      },
    };
  };

  return {
    async enter(signal) {
      for (;;) {
        const held = await abandonOnAbort(obtain(), signal);
        if (!held.retired) return occupy(held);
      }
    },
    warm: async () => void (await obtain()),
    state: async () => ({ sandbox, browsers: await Promise.all([...all].map(describe)) }),
    async [Symbol.asyncDispose]() {
      closed = true;
      await current?.catch(() => {});
      await Promise.all([...all].map(({ browser }) => browser.end('closed')));
    },
  };
}

async function describe({ browser, ...counts }: Held): Promise<BrowserState> {
  return { pid: browser.pid, ...counts, usage: await groupUsage(browser.pid) };
}
