import { NumfleetError } from '@numfleet/contracts';
import type { NumberVault } from './stored-number.ts';

export interface IndexedNumber {
  blindIndex: Buffer;
  lineIndex: Buffer | null;
  ciphertext: Buffer;
}

/**
 * Numbers under another index key, of a campaign whose key both vaults open. Gives null for one that is under it already, by which
 * an exchange that was broken off knows where it was. Throws `key-wrong` for one that is under neither.
 */
export function createReindex({ from, to }: { from: NumberVault; to: NumberVault }) {
  return async (campaignId: string, wrapped: Uint8Array) => {
    const before = await from.open(campaignId, wrapped);
    const after = await to.open(campaignId, wrapped);
    return async ({ blindIndex, ciphertext }: Pick<IndexedNumber, 'blindIndex' | 'ciphertext'>) => {
      const number = await before.decrypt(ciphertext, blindIndex);
      const fresh = to.blindIndex(number);
      if (fresh.equals(blindIndex)) return null;
      if (!from.blindIndex(number).equals(blindIndex)) {
        throw new NumfleetError('key-wrong', 'A stored number has a blind index of another key; check the key folder.');
      }
      return { blindIndex: fresh, lineIndex: to.lineIndex(number), ciphertext: after.encrypt(number) };
    };
  };
}
