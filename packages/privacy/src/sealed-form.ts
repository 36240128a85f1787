import type { SealedFinding } from '@numfleet/contracts';
import { CipherSuite } from 'hpke';
import { aes256Gcm, hkdfSha256, x25519 } from './hpke-in-node.ts';
import type { PhoneNumber } from './phone-number-door.ts';

/**
 * The form of sealed findings: base64 of `enc | ciphertext` of HPKE's base mode (RFC 9180) with X25519, HKDF-SHA256 and
 * AES-256-GCM. The plaintext is `length | deflated JSON | zeros`, padded to a multiple of 256 bytes, so that its
 * length tells the number of findings only roughly.
 */
export const suite = new CipherSuite(x25519, hkdfSha256, aes256Gcm);
export const info = new TextEncoder().encode('numfleet findings v1');
export const encapsulatedBytes = 32;
export const lengthBytes = 4;
export const paddingBytes = 256;

/** Bounds of what is sealed, and of what opening will inflate to: a deflated megabyte can be a few hundred bytes. */
export const maxFindings = 10_000;
export const maxJsonBytes = 4 * 1_024 * 1_024;

/** The page and the lease that findings belong to: sealed for one, they do not open for another (I2). */
export interface SealContext {
  pageId: string;
  leaseToken: string;
}

/** A finding in memory, on either side of the seal. */
export type PlainFinding = Omit<SealedFinding, 'number'> & { number: PhoneNumber };

export function additionalData({ pageId, leaseToken }: SealContext): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([pageId, leaseToken]));
}
