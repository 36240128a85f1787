import path from 'node:path';
import { generateKeys, keyNames } from '@numfleet/privacy/inside';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';

/** `keys generate`: makes the key files where there are none yet; the first start does so too. Never overwrites one. */
export async function makeKeys(around: Surroundings): Promise<number> {
  const dir = around.config.NUMFLEET_KEYS_DIR ?? path.join(around.home, 'keys');
  await generateKeys(dir);
  around.stdout.write(
    `${keyNames.length} keys are in ${dir}. Back them up: without them nothing that is stored opens.\n`,
  );
  return exitCodes.done;
}
