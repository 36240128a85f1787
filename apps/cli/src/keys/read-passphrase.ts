import { createInterface } from 'node:readline';
import password from '@inquirer/password';
import { NumfleetError } from '@numfleet/contracts';
import type { Surroundings } from '../surroundings.ts';

const leastLength = 12;

/**
 * A passphrase, asked for unseen on a terminal, where a new one is typed twice, and read as the first line of standard
 * input elsewhere. Arguments and the environment are seen by others, so it comes by neither. Throws `passphrase-wrong`.
 */
export async function readPassphrase(around: Surroundings, { isNew }: { isNew: boolean }): Promise<string> {
  const passphrase = around.stdin.isTTY ? await askFor('Passphrase', around) : await firstLine(around.stdin);
  if (!isNew) return passphrase;
  if (passphrase.length < leastLength) {
    const advice = 'Four or five random words make a good one.';
    throw new NumfleetError('passphrase-wrong', `A passphrase takes ${leastLength} characters or more. ${advice}`);
  }
  if (around.stdin.isTTY && (await askFor('Once more', around)) !== passphrase) {
    throw new NumfleetError('passphrase-wrong', 'The two passphrases differ.');
  }
  return passphrase;
}

async function askFor(message: string, { stdin, stderr, signal }: Surroundings): Promise<string> {
  try {
    return await password({ message, toggleMask: false }, { input: stdin, output: stderr, signal });
  } catch (error) {
    // Ctrl-C, which the prompt takes for itself.
    throw new NumfleetError('aborted', 'Interrupted.', { cause: error });
  }
}

async function firstLine(stdin: NodeJS.ReadStream): Promise<string> {
  using lines = createInterface({ input: stdin });
  for await (const line of lines) return line;
  return '';
}
