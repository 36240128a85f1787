import { type BrowserEnding, type Emit, NumfleetError } from '@numfleet/contracts';
import { abandonOnAbort, sleep } from '@numfleet/service';
import type { Chromium } from './chromium.ts';
import { watchHeartbeat } from './heartbeat.ts';
import { keepWatch } from './keep-watch.ts';
import { createLaunchBrake } from './launch-brake.ts';
import { launchBrowser, type RunningBrowser } from './launch-browser.ts';
import { type GroupUsage, groupUsage } from './process-group.ts';
import { reapLeftovers, reapNeighbours } from './run-folder.ts';
import { type Sandbox, sandboxesToTry } from './sandbox.ts';

/** Holds the one browser that new pages go to, and those before it that still have pages. */
export interface BrowserHolder extends AsyncDisposable {
  /** A place for one page in a living browser, started if need be. Disposing it gives the place back. */
  enter(signal: AbortSignal): Promise<Tenancy>;
  warm(): Promise<void>;
  state(): Promise<PoolState>;
  health(): Health;
}

interface Tenancy extends Disposable {
  readonly browser: RunningBrowser;
  /** Something was amiss: the browser takes no more pages, and is ended after its last. */
  distrust(): void;
}

interface Health {
  ok: boolean;
  reason?: string;
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

export interface RecyclingLimits {
  /** Pages after which a browser is replaced, since they grow. */
  recycleAfterPages?: number;
  /** Age at which it is replaced, ms. */
  recycleAfterMs?: number;
  /** Resident memory, all its processes together, above which it is replaced. */
  recycleAboveBytes?: number;
}

interface Held {
  browser: RunningBrowser;
  startedAt: number;
  pagesServed: number;
  pagesOpen: number;
  /** Why it takes no new pages; null while it does. */
  retired: BrowserEnding | null;
  /** What it had used when that was last told. */
  cpuSeconds: number;
}

export function createBrowserHolder(
  deps: RecyclingLimits & {
    chromium: Chromium;
    proxy: { server: string };
    userAgent: string;
    locale: string;
    runDir: string;
    runRoot?: string;
    emit: Emit;
  },
): BrowserHolder {
  const { emit } = deps;
  const limits = { ...defaultLimits, ...deps };
  const all = new Set<Held>();
  const brake = createLaunchBrake(emit);
  /** The only one that is not retired. */
  let current: Promise<Held> | null = null;
  let sandbox: Sandbox | null = null;
  let closed = false;

  const obtain = (): Promise<Held> => {
    if (closed) throw new NumfleetError('aborted', 'The browser pool is closed.');
    current ??= launch().catch((error) => {
      current = null;
      brake.onCrash();
      throw error;
    });
    return current;
  };
  const launch = async (): Promise<Held> => {
    if (sandbox === null) await reapLeftovers(deps.runDir, emit);
    const sandboxes = sandbox ? [sandbox] : sandboxesToTry(process.getuid?.());
    const browser = await launchBrowser({ ...deps, proxyServer: deps.proxy.server }, sandboxes);
    sandbox = browser.sandbox;
    const startedAt = performance.now();
    const held: Held = { browser, startedAt, pagesServed: 0, pagesOpen: 0, retired: null, cpuSeconds: 0 };
    all.add(held);
    browser.gone.addEventListener('abort', () => onGone(held), { once: true });
    void browser.ended.then(() => all.delete(held));
    void watchHeartbeat(browser, {
      onBeat: async () => {
        const due = await dueFor(held, limits);
        if (due) retire(held, due);
      },
      onSilent: (timeoutMs) => {
        emit({ type: 'browser.hung', stage: 'heartbeat', timeoutMs });
        void browser.end('hung');
      },
    });
    return held;
  };
  const onGone = (held: Held) => {
    const { ending } = held.browser;
    const isBad = ending === 'crashed' || ending === 'hung' || ending === 'unclean';
    if (isBad && isShortLived(held)) brake.onCrash();
    else brake.onLife();
    retire(held, ending ?? 'crashed');
  };
  const retire = (held: Held, why: BrowserEnding) => {
    if (held.retired === null) current = null;
    held.retired ??= why;
    if (held.pagesOpen === 0) void held.browser.end(held.retired);
  };
  const occupy = (held: Held): Tenancy => {
    held.pagesOpen += 1;
    held.pagesServed += 1;
    if (held.pagesServed >= limits.recycleAfterPages) retire(held, 'recycled');
    return {
      browser: held.browser,
      distrust: () => retire(held, 'unclean'),
      [Symbol.dispose]() {
        held.pagesOpen -= 1;
        if (held.retired !== null) retire(held, held.retired);
      },
    };
  };
  const watch = watchOver(all, deps);

  return {
    async enter(signal) {
      for (;;) {
        if (current === null) await passBrake(brake.pausedForMs(), signal);
        const held = await abandonOnAbort(obtain(), signal);
        if (held.retired === null) return occupy(held);
      }
    },
    warm: async () => void (await obtain()),
    state: async () => ({ sandbox, browsers: await Promise.all([...all].map(describe)) }),
    health: () =>
      brake.pausedForMs() === 0 ? { ok: true } : { ok: false, reason: 'browsers crash one after the other' },
    async [Symbol.asyncDispose]() {
      closed = true;
      await watch[Symbol.asyncDispose]();
      await current?.catch(() => {});
      await Promise.all([...all].map(({ browser }) => browser.end('closed')));
    },
  };
}

function isShortLived({ startedAt, pagesServed }: Held): boolean {
  return performance.now() - startedAt < shortLifeMs && pagesServed < fewPages;
}

/** What its age or its memory calls for; null for neither. */
async function dueFor({ browser, startedAt }: Held, limits: Required<RecyclingLimits>): Promise<BrowserEnding | null> {
  if (performance.now() - startedAt > limits.recycleAfterMs) return 'recycled';
  const usage = await groupUsage(browser.pid);
  return usage && usage.rssBytes > limits.recycleAboveBytes ? 'outgrown' : null;
}

function watchOver(
  all: ReadonlySet<Held>,
  { runDir, runRoot, emit }: { runDir: string; runRoot?: string; emit: Emit },
): AsyncDisposable {
  const reap = () => (runRoot === undefined ? reapLeftovers(runDir, emit) : reapNeighbours(runRoot, emit));
  const rounds = {
    'measure-browsers': { everyMs: measureEveryMs, work: () => tellUsage(all, emit) },
    'reap-browsers': { everyMs: reapEveryMs, work: reap },
  };
  return keepWatch(rounds, emit);
}

/** A short pause is waited for; in a long one a page would only hold its place, which one without a browser could use. */
async function passBrake(pausedForMs: number, signal: AbortSignal): Promise<void> {
  if (pausedForMs > longestWaitMs) {
    throw new NumfleetError('browser-missing', 'Browsers crash one after the other; the next is started in a while.');
  }
  if (pausedForMs > 0) await sleep(pausedForMs, signal);
}

async function tellUsage(all: ReadonlySet<Held>, emit: Emit): Promise<void> {
  const sums = { serving: { ...nothing }, retired: { ...nothing } };
  for (const held of all) {
    const usage = await groupUsage(held.browser.pid);
    if (usage === null) return;
    const sum = sums[held.retired === null ? 'serving' : 'retired'];
    sum.processes += usage.processes;
    sum.rssBytes += usage.rssBytes;
    sum.cpuSeconds += Math.max(0, usage.cpuSeconds - held.cpuSeconds);
    held.cpuSeconds = Math.max(held.cpuSeconds, usage.cpuSeconds);
  }
  emit({ type: 'browsers.measured', state: 'serving', ...sums.serving });
  emit({ type: 'browsers.measured', state: 'retired', ...sums.retired });
}

async function describe({ browser, pagesServed, pagesOpen, retired }: Held): Promise<BrowserState> {
  const { pid } = browser;
  return { pid, pagesServed, pagesOpen, retired: retired !== null, usage: await groupUsage(pid) };
}

const defaultLimits = { recycleAfterPages: 500, recycleAfterMs: 3_600_000, recycleAboveBytes: 2 * 1024 ** 3 };
const nothing: GroupUsage = { processes: 0, rssBytes: 0, cpuSeconds: 0 };
/**
 * Who ends badly later, or after more pages, has served first, and does not tell of this machine. By time alone a soak that
 * killed a browser every 150 pages (28 s at its 5.3 pages/s) would brake a worker that renders well between two kills.
 */
const shortLifeMs = 60_000;
const fewPages = 20;
const longestWaitMs = 2_000;
const measureEveryMs = 5_000;
/** Half of what G43 allows. */
const reapEveryMs = 5_000;
