import { createLocalKeyProvider, type KeyProvider, loadMasterKey } from './key-provider.ts';
import { makeNext } from './replace-key.ts';
import { campaignKeyPurpose, type WrappedKey } from './stored-number.ts';

export interface Rotation {
  from: KeyProvider;
  to: KeyProvider;
}

/** The master key and the one that is to follow it. Throws as `beginReplacing`. */
export async function beginRotation(dir: string, masterKey: string | undefined): Promise<Rotation> {
  const from = await loadMasterKey(dir, masterKey);
  return { from, to: createLocalKeyProvider(await makeNext(dir, 'number-storage')) };
}

/** Wraps the key of a campaign under the new master key instead of the old one. Throws `key-wrong`. */
export function createRewrap({ from, to }: Rotation) {
  return async (campaignId: string, wrapped: Uint8Array): Promise<WrappedKey> => {
    const purpose = campaignKeyPurpose(campaignId);
    const key = await from.unwrap(wrapped, purpose);
    const fresh = { wrapped: await to.wrap(key, purpose), masterId: to.id };
    key.fill(0);
    return fresh;
  };
}
