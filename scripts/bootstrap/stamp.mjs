import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** To be changed when the set-up itself comes to do more than it did. */
const edition = 'numfleet set-up 1';

/**
 * Whether a set-up of just this state of the checkout was completed. Asked at every start, so it reads some twenty
 * small files and starts no process. True also where nothing may be written: who may only read can still run.
 *
 * @param {string} root
 */
export function isUpToDate(root) {
  try {
    return readFileSync(stampFile(root), 'utf8') === fingerprint(root);
  } catch {
    // Something that the fingerprint is made of is not there.
    return false;
  }
}

/**
 * @param {string} root
 */
export function writeStamp(root) {
  const file = stampFile(root);
  writeFileSync(`${file}.new`, fingerprint(root));
  renameSync(`${file}.new`, file);
}

/**
 * @param {string} root
 */
export function removeStamp(root) {
  rmSync(stampFile(root), { force: true });
}

/**
 * It lies in node_modules, so that whoever deletes that folder deletes it too.
 *
 * @param {string} root
 */
function stampFile(root) {
  return join(root, 'node_modules', '.numfleet-set-up');
}

/**
 * What the set-up depends on and what it made: both have to be as they were. Files of ours by their content, since Git
 * changes times at will; what was made by size and time, which is enough to notice another Node behind the same link,
 * another run of pnpm, or a package that was deleted.
 *
 * @param {string} root
 */
function fingerprint(root) {
  const hash = createHash('sha256').update(`${edition} ${process.platform}-${process.arch}\n`);
  const pins = new URL('./pins.mjs', import.meta.url);
  for (const file of [
    pins,
    join(root, 'pnpm-lock.yaml'),
    join(root, 'pnpm-workspace.yaml'),
    join(root, 'package.json'),
  ]) {
    hash.update(readFileSync(file)).update('\0');
  }
  for (const room of roomsOf(root)) {
    const manifest = join(root, room, 'package.json');
    if (!existsSync(manifest)) continue;
    const installed = existsSync(join(root, room, 'node_modules'));
    hash.update(`${room} ${installed}\n`).update(readFileSync(manifest)).update('\0');
  }
  for (const made of ['.runtime/bin/node', '.runtime/bin/pnpm', 'node_modules/.modules.yaml', 'node_modules/.pnpm']) {
    const { size, mtimeMs } = statSync(join(root, made));
    hash.update(`${made} ${size} ${mtimeMs}\n`);
  }
  return `${hash.digest('hex')}\n`;
}

/**
 * The folders of the workspace, from the lines `- apps/*` of pnpm-workspace.yaml.
 *
 * @param {string} root
 */
function roomsOf(root) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const parents = [...workspace.matchAll(/^ +- +["']?([\w./-]+)\/\*["']?$/gm)].map((match) => String(match[1]));
  return parents
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .sort();
}
