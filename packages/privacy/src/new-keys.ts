import { randomBytes } from 'node:crypto';
import { type KeyFile, keyBytes } from './key-file.ts';
import { suite } from './sealed-form.ts';

export function newSecret(): KeyFile {
  return { id: newId(), key: randomBytes(keyBytes) };
}

/** Both halves share their id. */
export async function newSealingPair(): Promise<Record<'sealing-public' | 'sealing-private', KeyFile>> {
  const pair = await suite.GenerateKeyPair(true);
  const id = newId();
  return {
    'sealing-public': { id, key: Buffer.from(await suite.SerializePublicKey(pair.publicKey)) },
    'sealing-private': { id, key: Buffer.from(await suite.SerializePrivateKey(pair.privateKey)) },
  };
}

function newId(): string {
  return randomBytes(8).toString('hex');
}
