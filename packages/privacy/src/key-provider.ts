import { createSecretKey } from 'node:crypto';
import { NumfleetError } from '@numfleet/contracts';
import { openBytes, sealBytes } from './aes-gcm.ts';
import { type KeyFile, parseKeyFile, readKeyFile } from './key-file.ts';

/**
 * Who holds the master key, under which the keys of campaigns are wrapped. Here it is a file or a variable of the environment; that
 * of a KMS would ask it and never see the key, which is why both verbs may wait.
 */
export interface KeyProvider {
  /** Which master key it is, not secret: what it wrapped is stored beside it. */
  readonly id: string;
  /** `purpose` is authenticated: what was wrapped for one campaign does not unwrap for another. */
  wrap(plain: Uint8Array, purpose: Uint8Array): Promise<Buffer>;
  /** Throws `key-wrong` for what was not wrapped under this key for this purpose. */
  unwrap(wrapped: Uint8Array, purpose: Uint8Array): Promise<Buffer>;
}

/** A master key in the memory of this process. */
export function createLocalKeyProvider({ id, key }: KeyFile): KeyProvider {
  const secret = createSecretKey(key);
  return {
    id,
    wrap: async (plain, purpose) => sealBytes({ key: secret, plain, purpose }),
    async unwrap(wrapped, purpose) {
      const plain = openBytes({ key: secret, sealed: wrapped, purpose });
      if (plain !== null) return plain;
      throw new NumfleetError('key-wrong', 'What is stored does not open under the master key; check the key folder.');
    },
  };
}

/**
 * The master key that the environment gives, as the text of its key file, else that of the key folder. Throws `key-missing` or
 * `key-wrong`.
 */
export async function loadMasterKey(dir: string, given: string | undefined): Promise<KeyProvider> {
  return createLocalKeyProvider(await readMasterKey(dir, given));
}

/** The same as it stands in its file. */
export async function readMasterKey(dir: string, given: string | undefined): Promise<KeyFile> {
  return given === undefined ? await readKeyFile(dir, 'number-storage') : keyOf(given);
}

function keyOf(given: string): KeyFile {
  try {
    return parseKeyFile(given, 'number-storage');
  } catch {
    // Without the cause: the message of JSON.parse quotes its input.
    throw new NumfleetError('key-wrong', 'NUMFLEET_MASTER_KEY is not the text of a number-storage.key, or is damaged.');
  }
}
