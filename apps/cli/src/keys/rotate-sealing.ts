import { beginSealingRotation, endSealingRotation } from '@numfleet/privacy/inside';
import { readBoundKeyIds, rebindKey } from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';
import { foreignKey, openRotation } from './open-rotation.ts';

/**
 * `keys rotate --sealing`: from now on crawlers seal for a new key of the sink. The old one stays beside it, and opens what is under
 * way, until a start at which no page is leased. Throws `fleet-running` and `key-wrong`.
 */
export async function rotateSealing(around: Surroundings): Promise<number> {
  await using opened = await openRotation(around);
  const { dir, store } = opened;
  const { 'sealing-private': bound } = await readBoundKeyIds(store);
  const { from, to } = await beginSealingRotation(dir);
  if (bound !== from && bound !== to) throw foreignKey('sealing-private');
  const now = new Date();
  if (bound === from) {
    await store.transaction(async (tx) => {
      for (const name of ['sealing-private', 'sealing-public']) {
        await rebindKey(tx, { name, from, to, actor: 'operator', now });
      }
    });
  }
  await endSealingRotation(dir);
  around.stdout.write(
    `Results are sealed for the key ${to} now; ${from} opens those under way, and goes at a start at which no page is leased. Back the keys up again.\n`,
  );
  return exitCodes.done;
}
