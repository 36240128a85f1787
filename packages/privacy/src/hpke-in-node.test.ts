import fc from 'fast-check';
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke';
import { describe, expect, test } from 'vitest';
import { suite as ours } from './sealed-form.ts';

const theirs = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);

describe("HPKE by node's own primitives", () => {
  test.each([
    ['opens what the library seals', theirs, ours],
    ['seals what the library opens', ours, theirs],
  ] as const)('%s', async (_, sealer, opener) => {
    const pair = await theirs.GenerateKeyPair(true);
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, bytes, async (plain, aad, info) => {
        const { encapsulatedSecret, ciphertext } = await sealer.Seal(pair.publicKey, plain, { aad, info });
        const opened = await opener.Open(pair, encapsulatedSecret, ciphertext, { aad, info });
        expect(Buffer.from(opened)).toEqual(Buffer.from(plain));
      }),
      { numRuns: 25 },
    );
  });

  test.each([0, 1])('refuses a sender whose point is of small order (%i), as RFC 9180 §7.1.4 asks', async (x) => {
    const pair = await ours.GenerateKeyPair(true);
    const point = new Uint8Array(32);
    point[0] = x;
    await expect(ours.Open(pair, point, new Uint8Array(48))).rejects.toThrow();
  });
});
