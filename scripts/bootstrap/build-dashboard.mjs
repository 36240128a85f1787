import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from './failure.mjs';
import { runChild } from './run-child.mjs';

const app = 'apps/console';
const web = `${app}/web`;
/** Vite empties the folder first and the stamp is written last, so a build that was killed leaves none. */
const stamp = `${web}/dist/.built-from`;

/**
 * Whether the console's dashboard was built from just these sources and libraries. Asked at every start: 80 small files,
 * 6 ms.
 *
 * @param {string} root
 */
export function isDashboardBuilt(root) {
  try {
    return readFileSync(join(root, stamp), 'utf8') === fingerprint(root);
  } catch {
    // Without its stamp it has to be built, without its sources it cannot be.
    return !existsSync(join(root, web));
  }
}

/**
 * Bundles the dashboard by Vite, which the console then serves.
 *
 * @param {import('./bring-tool.mjs').Task & { root: string }} task
 * @returns {Promise<string>} how it went
 * @throws {import('./failure.mjs').SetUpFailure}
 */
export async function buildDashboard({ root, runtime, env, log, signal }) {
  if (isDashboardBuilt(root)) return 'already here';
  const from = fingerprint(root);
  const said = /** @type {string[]} */ ([]);
  const onLine = (/** @type {string} */ line) => {
    log(line);
    said.push(line);
  };
  const vite = join(root, app, 'node_modules/vite/bin/vite.js');
  const code = await runChild(join(runtime, 'bin/node'), [vite, 'build', 'web'], {
    cwd: join(root, app),
    // A NODE_ENV of the caller would have React built for development.
    env: { ...env, NODE_ENV: 'production' },
    signal,
    onLine,
  });
  if (code !== 0) throw explain('building the dashboard with Vite', said.join('\n'));
  writeFileSync(join(root, stamp), from);
  return 'built';
}

/**
 * @param {string} root
 */
function fingerprint(root) {
  const hash = createHash('sha256');
  const files = [web, 'packages/contracts/src'].flatMap((folder) => filesOf(root, folder));
  for (const file of [...files, `${app}/package.json`, 'pnpm-lock.yaml']) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return `${hash.digest('hex')}\n`;
}

/**
 * All files under a folder but what was made there.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function filesOf(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules')
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesOf(root, `${folder}/${entry.name}`) : `${folder}/${entry.name}`));
}
