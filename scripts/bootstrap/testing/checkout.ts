import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

export type Ended = { code: number | null; stdout: string; stderr: string };

/**
 * A small project with the real bootstrap: no libraries, a CLI that prints what it was started with, and a dashboard that
 * a stand-in for Vite builds by copying, which refuses what is `broken`. It
 * lies under a path with spaces. A pnpm that is here already is put in place, so that no test needs the network.
 */
export function createCheckout({ pnpm = true }: { pnpm?: boolean } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'numfleet boot strap '));
  const root = join(folder, 'check out');
  mkdirSync(join(root, 'apps/cli/src'), { recursive: true });
  mkdirSync(join(root, 'apps/console/web'), { recursive: true });
  mkdirSync(join(root, 'apps/console/node_modules/vite/bin'), { recursive: true });
  mkdirSync(join(root, 'packages/contracts/src'), { recursive: true });
  cpSync(join(repository, 'scripts/bootstrap'), join(root, 'scripts/bootstrap'), { recursive: true });
  cpSync(join(repository, 'numfleet'), join(root, 'numfleet'));
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ private: true, scripts }));
  writeFileSync(join(root, 'pnpm-workspace.yaml'), 'packages:\n  - apps/*\n');
  writeFileSync(
    join(root, 'pnpm-lock.yaml'),
    "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  apps/cli: {}\n  apps/console: {}\n",
  );
  writeFileSync(join(root, 'apps/cli/package.json'), '{"name":"cli","private":true,"type":"module"}');
  writeFileSync(join(root, 'apps/cli/src/main.ts'), cli);
  writeFileSync(join(root, 'apps/console/package.json'), '{"name":"console","private":true}');
  writeFileSync(join(root, 'apps/console/web/index.html'), 'first');
  writeFileSync(join(root, 'apps/console/node_modules/vite/bin/vite.js'), vite);
  if (pnpm) {
    mkdirSync(join(root, '.runtime/bin'), { recursive: true });
    symlinkSync(findPnpm(), join(root, '.runtime/bin/pnpm'));
  }
  return {
    root,
    setUp: (env: NodeJS.ProcessEnv = {}) =>
      run(process.execPath, [join(root, 'scripts/bootstrap/set-up.mjs')], { env }),
    [Symbol.dispose]: () => {
      chmodSync(root, 0o755);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Starts a program in a clean environment: this Node first on PATH, and of the rest what npm needs to be found and to work. */
export function start(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });
  return { child, output, ended };
}

/** {@link start}, to the end. */
export function run(
  command: string,
  args: string[],
  options?: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  return start(command, args, options).ended;
}

export async function until(what: string, isSo: () => boolean, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH = '', HOME } = process.env;
  const kept = Object.entries(process.env).filter(([name]) => /CERT|PROXY/i.test(name));
  return { ...Object.fromEntries(kept), HOME, PATH: `${dirname(process.execPath)}:${PATH}` };
}

function findPnpm(): string {
  const own = join(repository, '.runtime/bin/pnpm');
  if (existsSync(own)) return own;
  const found = spawnSync('sh', ['-c', 'command -v pnpm'], { encoding: 'utf8' }).stdout.trim();
  if (found === '') throw new Error('no pnpm to test with: run the tests by `npm test`');
  return found;
}

const vite = `
const { mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const page = readFileSync('web/index.html', 'utf8');
rmSync('web/dist', { recursive: true, force: true });
if (page === 'broken') { console.error('[PARSE_ERROR] in web/index.html'); process.exit(1); }
mkdirSync('web/dist');
writeFileSync('web/dist/index.html', page + ' ' + process.env.NODE_ENV);
`;

const cli = `
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), execArgv: process.execArgv, pid: process.pid }) + '\\n');
if (process.argv.includes('--stay')) {
  const timer = setInterval(() => {}, 1_000);
  process.once('SIGTERM', () => { process.stdout.write('SIGTERM\\n'); clearInterval(timer); process.exitCode = 7; });
}
`;
