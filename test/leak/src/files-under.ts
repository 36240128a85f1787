import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The regular files among `paths` and below them. A path that is named must exist; what is below may vanish. */
export async function* filesUnder(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    const stats = await lstat(path);
    if (stats.isDirectory()) yield* filesIn(path);
    else if (stats.isFile()) yield path;
  }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
