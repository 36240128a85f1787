import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** What `pnpm extract:fuzz` found: an input that was once slow or threw, a file each. */
export const foundInputsFolder = resolve(import.meta.dirname, 'found-inputs');

/** Most pages are cut at 10 MiB. What threw may do so only at such a size. */
export const largeSize = 8 * 2 ** 20;

/** Of a page that threw the unit is empty. All in Latin-1, a character a byte. */
export type FoundInput = { why: 'threw' | 'slow' | 'grew'; before: string; unit: string; after: string };

export function readFoundInputs(): (FoundInput & { name: string })[] {
  return readdirSync(foundInputsFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const found = JSON.parse(readFileSync(resolve(foundInputsFolder, file), 'utf8')) as FoundInput;
      return { ...found, name: file };
    });
}

/** The input at a size, in bytes. */
export function writeFound({ before, unit, after }: Omit<FoundInput, 'why'>, size: number): Uint8Array {
  return Buffer.from(before + unit.repeat(unit === '' ? 0 : Math.ceil(size / unit.length)) + after, 'latin1');
}
