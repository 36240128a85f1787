import { readFile } from 'node:fs/promises';
import { NumfleetError } from '@numfleet/contracts';

/** The token that opens the console, from its file. Throws `file-unreadable`, and `config-invalid` for a short one. */
export async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new NumfleetError(
      'file-unreadable',
      `NUMFLEET_CONSOLE_TOKEN_FILE: ${file} cannot be read (${error.code ?? 'unknown'}).`,
    );
  });
  const token = text.trim();
  if (token.length >= 32 && !/\s/.test(token)) return token;
  throw new NumfleetError(
    'config-invalid',
    'NUMFLEET_CONSOLE_TOKEN_FILE: expected one line with a token of 32 characters or more.',
  );
}
