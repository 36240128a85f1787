import { createHmac, createSecretKey } from 'node:crypto';
import { NumfleetError } from '@numfleet/contracts';
import { openBytes, sealBytes } from './aes-gcm.ts';
import { createPhoneNumber, type PhoneNumber } from './phone-number-door.ts';
import { digitsOf } from './vault.ts';

export interface NumberVault {
  /** 32 bytes, the same for the same number: what equality and uniqueness are decided by in the database. */
  blindIndex(number: PhoneNumber): Buffer;
  /** Of a number with an extension the blind index without it; null for one that has none. */
  lineIndex(number: PhoneNumber): Buffer | null;
  /** 68 bytes whatever the number's length, different each time. */
  encrypt(number: PhoneNumber): Buffer;
  /** Throws `key-wrong` where key, ciphertext and blind index do not belong together. */
  decrypt(ciphertext: Uint8Array, blindIndex: Uint8Array): PhoneNumber;
}

/** The longest plain form: `+`, 15 digits, `;ext=`, 15 digits, and room to spare. */
const plainBytes = 40;

/**
 * How numbers rest in Postgres (I3): HMAC-SHA-256 as blind index, AES-256-GCM as ciphertext, tied to that index so that
 * ciphertexts cannot be swapped between rows. Both keys are 32 bytes and are held by the trusted zone alone.
 */
export function createNumberVault(keys: { indexKey: Uint8Array; storageKey: Uint8Array }): NumberVault {
  const [indexKey, storageKey] = [createSecretKey(keys.indexKey), createSecretKey(keys.storageKey)];
  const indexOf = (plain: string) => createHmac('sha256', indexKey).update(plain).digest();
  return {
    blindIndex: (number) => indexOf(digitsOf(number)),
    lineIndex: (number) => {
      const [line = '', extension] = digitsOf(number).split(';');
      return extension === undefined ? null : indexOf(line);
    },
    encrypt: (number) => {
      const plain = digitsOf(number);
      return sealBytes({ key: storageKey, plain: Buffer.from(plain.padEnd(plainBytes)), purpose: indexOf(plain) });
    },
    decrypt: (ciphertext, blindIndex) => {
      const plain = openBytes({ key: storageKey, sealed: ciphertext, purpose: blindIndex });
      if (plain !== null) return createPhoneNumber(plain.toString().trimEnd());
      throw new NumfleetError(
        'key-wrong',
        'A stored number does not open under the storage key; check the key folder.',
      );
    },
  };
}
