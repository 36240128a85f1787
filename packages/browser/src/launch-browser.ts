import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type BrowserEnding, type Emit, NumfleetError } from '@numfleet/contracts';
import { guardPath, withDeadline } from '@numfleet/service';
import { type CdpConnection, connectCdp } from './cdp.ts';
import type { Chromium } from './chromium.ts';
import { launchFlags } from './launch-flags.ts';
import { killGroup } from './process-group.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import { lacksSandbox, type Sandbox } from './sandbox.ts';
import { settles } from './settles.ts';

export interface RunningBrowser {
  /** Of Chromium's main process, which leads its process group. */
  readonly pid: number;
  readonly cdp: CdpConnection;
  readonly sandbox: Sandbox;
  /** Aborted as soon as the browser is being ended or has died. */
  readonly gone: AbortSignal;
  /** Why it is being ended or has; null while it lives. */
  readonly ending: BrowserEnding | null;
  /** Settled when processes and folder are gone. */
  readonly ended: Promise<void>;
  /** Ends it within 2 s, browser first, then process group, and removes its folder. The first reason given stands. */
  end(reason: BrowserEnding): Promise<void>;
}

export interface LaunchDeps {
  chromium: Chromium;
  proxyServer: string;
  /** How pages see it, and how it presents itself to sites (I11). */
  userAgent: string;
  locale: string;
  runDir: string;
  emit: Emit;
}

/**
 * Starts Chromium under the guard (I10), in the first of `sandboxes` in which it starts.
 * Throws `browser-missing` when it does not start, `folder-readonly` when it has nowhere to write.
 */
export async function launchBrowser(deps: LaunchDeps, sandboxes: readonly Sandbox[]): Promise<RunningBrowser> {
  let stderr = '';
  for (const sandbox of sandboxes) {
    const started = await start(deps, sandbox);
    if (started.browser) return started.browser;
    stderr = started.stderr;
    if (!lacksSandbox(stderr)) break;
  }
  throw new NumfleetError('browser-missing', `Chromium does not start: ${firstLine(stderr)}. See \`numfleet doctor\`.`);
}

type Started = { browser: RunningBrowser; stderr?: never } | { browser?: never; stderr: string };

async function start(deps: LaunchDeps, sandbox: Sandbox): Promise<Started> {
  const startedAt = performance.now();
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await createRunFolder(deps.runDir));
  const flags = launchFlags({
    profile: join(folder.path, 'profile'),
    proxyServer: deps.proxyServer,
    userAgent: deps.userAgent,
    locale: deps.locale,
    sandboxed: sandbox.on,
    sharedMemory: await hasSharedMemory(),
  });
  const child = spawnGuarded(deps.chromium, sandbox, flags, folder);
  const stderr = keepHead(child.stdio[2] as Readable);
  const exited = once(child, 'exit').catch(() => {});
  const { pid } = child;
  if (pid === undefined) return { stderr: 'the guard cannot be started' };
  undo.defer(async () => void (await killGroup(pid, groupTimeoutMs)));
  try {
    await folder.recordGroup(pid);
  } catch (error) {
    // Where it has ended already, the guard has removed its folder.
    if (!(await settles(exited, groupTimeoutMs))) throw error;
    return { stderr: stderr() };
  }
  const cdp = await connect(child, exited, deps.emit);
  if (!cdp) return { stderr: stderr() };
  undo.move();
  const seconds = (performance.now() - startedAt) / 1_000;
  deps.emit({ type: 'browser.started', pid, seconds, sandboxed: sandbox.on });
  return { browser: superviseBrowser({ pid, cdp, sandbox, folder, exited, emit: deps.emit }) };
}

function spawnGuarded(chromium: Chromium, sandbox: Sandbox, flags: string[], folder: RunFolder): ChildProcess {
  const prefix = sandbox.on ? sandbox.prefix : [];
  return spawn(guardPath, [...memoryLimited, ...prefix, chromium.executablePath, ...flags], {
    detached: true,
    cwd: folder.path,
    env: environmentOf(chromium, folder),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
}

/** 2 GiB of data for each process: a page that asks for more gets an error, or loses its renderer, not the machine its memory. */
const memoryLimited = ['/bin/sh', '-c', 'ulimit -d 2097152; exec "$@"', 'sh'];

/** Nothing of our own environment reaches a browser, which must hold no credential (I4). */
function environmentOf(chromium: Chromium, folder: RunFolder): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    HOME: folder.path,
    TMPDIR: folder.path,
    ...(chromium.libraryPath === null ? {} : { LD_LIBRARY_PATH: chromium.libraryPath }),
    NUMFLEET_LIFELINE: folder.lifeline,
    // A browser has nothing to save, and one that is stopped hears nothing milder.
    NUMFLEET_GUARD_SIGNAL: 'KILL',
    NUMFLEET_GUARD_CLEANUP: folder.path,
  };
}

async function hasSharedMemory(): Promise<boolean> {
  const free = await statfs('/dev/shm').catch(() => null);
  return free !== null && free.bavail * free.bsize >= 512 * 1024 ** 2;
}

/** Null when the browser ended, or said nothing for too long. */
async function connect(child: ChildProcess, exited: Promise<unknown>, emit: Emit): Promise<CdpConnection | null> {
  const cdp = connectCdp(child.stdio[3] as Writable, child.stdio[4] as Readable);
  // Pages are stopped before they begin, those too that pages open: so none asks for anything that is not governed.
  const pages = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true, filter: [{ type: 'page' }] };
  const attaching = cdp.browser.send('Target.setAutoAttach', pages).then(
    () => cdp,
    () => exited.then(() => null),
  );
  // One that ended before its pipe was listened to has closed it unheard.
  const ended = exited.then(() => null);
  return await withDeadline(() => Promise.race([attaching, ended]), launchTimeoutMs).catch(() => {
    emit({ type: 'browser.hung', stage: 'launch', timeoutMs: launchTimeoutMs });
    return null;
  });
}

function superviseBrowser(parts: {
  pid: number;
  cdp: CdpConnection;
  sandbox: Sandbox;
  folder: RunFolder;
  exited: Promise<unknown>;
  emit: Emit;
}): RunningBrowser {
  const gone = new AbortController();
  let ending: BrowserEnding | null = null;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = (reason: BrowserEnding) => {
    if (ending !== null) return ended;
    ending = reason;
    gone.abort();
    void endBrowser(parts).then(() => {
      parts.emit({ type: 'browser.ended', pid: parts.pid, reason });
      resolve();
    });
    return ended;
  };
  // Its pipe closes first, and pages fail with it: whoever asks for the next must not get this browser.
  parts.cdp.closed.addEventListener('abort', () => end('crashed'), { once: true });
  void parts.exited.then(() => end('crashed'));
  const { pid, cdp, sandbox } = parts;
  return {
    ...{ pid, cdp, sandbox, gone: gone.signal, ended, end },
    get ending() {
      return ending;
    },
  };
}

async function endBrowser(parts: {
  pid: number;
  cdp: CdpConnection;
  folder: RunFolder;
  exited: Promise<unknown>;
  emit: Emit;
}): Promise<void> {
  parts.cdp[Symbol.dispose]();
  if (!(await settles(parts.exited, closeTimeoutMs))) {
    parts.emit({ type: 'browser.hung', stage: 'browser', timeoutMs: closeTimeoutMs });
  }
  if (!(await killGroup(parts.pid, groupTimeoutMs))) {
    parts.emit({ type: 'browser.hung', stage: 'group', timeoutMs: groupTimeoutMs });
  }
  await settles(parts.folder[Symbol.asyncDispose](), folderTimeoutMs);
}

/** What it said first, where the reason for not starting stands; the rest is drained. */
function keepHead(stderr: Readable): () => string {
  let head = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    if (head.length < 8_192) head += text;
  });
  stderr.on('error', () => {});
  return () => head;
}

function firstLine(stderr: string): string {
  return stderr.trim().split('\n')[0]?.slice(0, 300) || 'it said nothing';
}

const launchTimeoutMs = 20_000;
const closeTimeoutMs = 500;
const groupTimeoutMs = 1_500;
const folderTimeoutMs = 500;
