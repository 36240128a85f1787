import { open } from 'node:fs/promises';
import { NumfleetError } from '@numfleet/contracts';

/**
 * Writes a file that only its owner reads, and never over another, which may be the only backup that there is. Throws
 * `file-unwritable`.
 */
export async function writeNew(file: string, text: string): Promise<void> {
  try {
    await using handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'It is there already, and is not overwritten.' : `It cannot be written (${code}).`;
    throw new NumfleetError('file-unwritable', `${file}: ${why} Choose another name.`);
  }
}
