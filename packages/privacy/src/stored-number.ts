import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { NumfleetError } from '@numfleet/contracts';
import { openBytes, sealBytes } from './aes-gcm.ts';
import { keyBytes } from './key-file.ts';
import type { KeyProvider } from './key-provider.ts';
import { createPhoneNumber, type PhoneNumber } from './phone-number-door.ts';
import { digitsOf } from './vault.ts';

export interface NumberVault {
  /** 32 bytes, the same for the same number: what equality and uniqueness are decided by in the database. */
  blindIndex(number: PhoneNumber): Buffer;
  /** Of a number with an extension the blind index without it; null for one that has none. */
  lineIndex(number: PhoneNumber): Buffer | null;
  /** A new key for a campaign, wrapped under the master key. */
  makeKey(campaignId: string): Promise<WrappedKey>;
  /**
   * The numbers of one campaign. Null for one that has no key yet: nothing can then be encrypted, and what opens was stored before
   * campaigns had keys. Throws `key-wrong`.
   */
  open(campaignId: string, wrapped: Uint8Array | null): Promise<CampaignNumbers>;
}

export interface WrappedKey {
  wrapped: Buffer;
  /** Of the master key. */
  masterId: string;
}

export interface CampaignNumbers {
  /** 69 bytes whatever the number's length, different each time. */
  encrypt(number: PhoneNumber): Buffer;
  /** Throws `key-wrong` where key, ciphertext and blind index do not belong together. */
  decrypt(ciphertext: Uint8Array, blindIndex: Uint8Array): Promise<PhoneNumber>;
  /** What was encrypted under the master key itself, encrypted under the campaign's. Throws `key-wrong`. */
  renew(ciphertext: Uint8Array, blindIndex: Uint8Array): Promise<Buffer>;
}

/** The longest plain form: `+`, 15 digits, `;ext=`, 15 digits, and room to spare. */
const plainBytes = 40;
/** Before what is under a campaign's key; what is under the master key itself, as all once was, is a byte shorter. */
const campaignForm = Buffer.of(2);
const masterFormBytes = 68;

/**
 * How numbers rest in Postgres (I3): HMAC-SHA-256 as blind index, under one key for all campaigns; AES-256-GCM as ciphertext, under
 * a key of its campaign, and tied to that index so that ciphertexts cannot be swapped between rows. The keys of campaigns rest
 * beside them, wrapped under the master key: without it, or without its own, a campaign's numbers are bytes.
 */
export function createNumberVault(keys: { indexKey: Uint8Array; master: KeyProvider }): NumberVault {
  const { master } = keys;
  const indexKey = createSecretKey(keys.indexKey);
  const indexOf = (plain: string) => createHmac('sha256', indexKey).update(plain).digest();
  return {
    blindIndex: (number) => indexOf(digitsOf(number)),
    lineIndex: (number) => {
      const [line = '', extension] = digitsOf(number).split(';');
      return extension === undefined ? null : indexOf(line);
    },
    async makeKey(campaignId) {
      const key = randomBytes(keyBytes);
      const wrapped = await master.wrap(key, campaignKeyPurpose(campaignId));
      key.fill(0);
      return { wrapped, masterId: master.id };
    },
    async open(campaignId, wrapped) {
      const key = wrapped && createSecretKey(await master.unwrap(wrapped, campaignKeyPurpose(campaignId)));
      return {
        encrypt: (number) => {
          const plain = digitsOf(number);
          return encryptUnder(key, Buffer.from(plain.padEnd(plainBytes)), indexOf(plain));
        },
        decrypt: async (ciphertext, blindIndex) => {
          const isOld = ciphertext.length === masterFormBytes;
          const plain = isOld ? await master.unwrap(ciphertext, blindIndex) : openUnder(key, ciphertext, blindIndex);
          return createPhoneNumber(plain.toString().trimEnd());
        },
        renew: async (ciphertext, blindIndex) => {
          const plain = await master.unwrap(ciphertext, blindIndex);
          const fresh = encryptUnder(key, plain, blindIndex);
          plain.fill(0);
          return fresh;
        },
      };
    },
  };
}

export function campaignKeyPurpose(campaignId: string): Buffer {
  return Buffer.from(`numfleet campaign key v1 ${campaignId}`);
}

function encryptUnder(key: KeyObject | null, plain: Uint8Array, purpose: Uint8Array): Buffer {
  if (key === null) throw new NumfleetError('key-missing', 'This campaign has no key to encrypt its numbers under.');
  return Buffer.concat([campaignForm, sealBytes({ key, plain, purpose })]);
}

function openUnder(key: KeyObject | null, ciphertext: Uint8Array, purpose: Uint8Array): Buffer {
  const isOurs = key !== null && ciphertext[0] === campaignForm[0];
  const plain = isOurs ? openBytes({ key, sealed: ciphertext.subarray(1), purpose }) : null;
  if (plain !== null) return plain;
  throw new NumfleetError('key-wrong', "A stored number does not open under its campaign's key; check the key folder.");
}
