import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { PhoneNumber } from './phone-number-door.ts';
import { digitsOf } from './vault.ts';

export interface Suppressor {
  /** 32 bytes, the same for a number with and without an extension: what a number that must not come back is known by. */
  indexOf(number: PhoneNumber): Buffer;
}

/** `key` is of its own: whoever holds that of the findings cannot tell who opted out. */
export function createSuppressor(given: { key: Uint8Array }): Suppressor {
  const key = createSecretKey(given.key);
  return {
    indexOf(number) {
      const [line = ''] = digitsOf(number).split(';');
      return createHmac('sha256', key).update(line).digest();
    },
  };
}

export interface Certifier {
  /** The same with a seal: HMAC-SHA-256 over its canonical JSON (RFC 8785), in hex. */
  certify<Certificate extends object>(certificate: Certificate): Certificate & { seal: string };
  /** Whether it was certified under this key and not changed since. */
  isGenuine(certificate: object): boolean;
}

/** Seals certificates of erasure, under a key drawn from that of suppressions: they tell of the same. */
export function createCertifier({ key }: { key: Uint8Array }): Certifier {
  const own = Buffer.from(hkdfSync('sha256', key, '', 'numfleet erasure certificate v1', 32));
  const sealOf = (certificate: object) =>
    createHmac('sha256', own)
      .update(canonicalize(certificate) ?? '')
      .digest();
  return {
    certify: (certificate) => ({ ...certificate, seal: sealOf(certificate).toString('hex') }),
    isGenuine(certificate) {
      const { seal, ...rest } = certificate as { seal?: unknown };
      const given = Buffer.from(typeof seal === 'string' ? seal : '', 'hex');
      const expected = sealOf(rest);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
