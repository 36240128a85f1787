import { exitCodes } from '../exit-codes.ts';
import { rotateAudit } from '../keys/rotate-audit.ts';
import { rotateIndex } from '../keys/rotate-index.ts';
import { rotateMaster } from '../keys/rotate-master.ts';
import { rotateSealing } from '../keys/rotate-sealing.ts';
import type { Surroundings } from '../surroundings.ts';

const rotations = { sealing: rotateSealing, index: rotateIndex, audit: rotateAudit };

export type RotateOptions = { [Key in keyof typeof rotations]?: true };

/** `keys rotate`: exchanges the master key, or those that are asked for, one after the other. */
export async function rotateKeys(options: RotateOptions, around: Surroundings): Promise<number> {
  const asked = Object.entries(rotations).filter(([name]) => options[name as keyof RotateOptions]);
  if (asked.length === 0) return await rotateMaster(around);
  for (const [, rotate] of asked) await rotate(around);
  return exitCodes.done;
}
