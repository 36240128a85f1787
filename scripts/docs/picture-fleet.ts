import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface PictureFleet extends AsyncDisposable {
  /** As `numfleet up` prints them: whoever opens one is signed in. */
  links: { console: string; queues: string };
  pid: number;
}

/** A whole fleet in a folder of its own, which may reach these sites. */
export async function startPictureFleet(deps: { root: string; egressHosts: string }): Promise<PictureFleet> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(path.join(tmpdir(), 'numfleet-pictures-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'apps/cli/src/main.ts', 'up'], {
    cwd: deps.root,
    env: {
      ...process.env,
      NUMFLEET_HOME: home,
      NUMFLEET_CONSOLE_PORT: '0',
      NUMFLEET_EGRESS_HOSTS: deps.egressHosts,
      // Pages that hang on purpose are given up in the time of a picture.
      NUMFLEET_JOB_DEADLINE_MS: '8000',
      NUMFLEET_RETRY_BACKOFF_MS: '500',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  stack.defer(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The fleet cannot be started.');
  const links = await readLinks(child.stderr);
  const held = stack.move();
  return { links, pid, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function readLinks(stderr: Readable): Promise<PictureFleet['links']> {
  const found: Record<string, string> = {};
  for await (const line of createInterface(stderr)) {
    const [, name, link] = /^\s+(console|queues)\s+(http\S+)/.exec(line) ?? [];
    if (name && link) found[name] = link;
    if (found.console && found.queues) return { console: found.console, queues: found.queues };
  }
  throw new Error('The fleet did not come up.');
}
