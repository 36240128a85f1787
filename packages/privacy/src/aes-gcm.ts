import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: `nonce | ciphertext | tag`. `purpose` is authenticated, so
 * that what was encrypted for one thing does not open as another. A key is good for 2^32 messages (§8.3).
 */
export function sealBytes({
  key,
  plain,
  purpose,
}: {
  key: Uint8Array;
  plain: Uint8Array;
  purpose: Uint8Array;
}): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(purpose);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What was sealed, or null where it was not sealed under this key for this purpose. */
export function openBytes({
  key,
  sealed,
  purpose,
}: {
  key: Uint8Array;
  sealed: Uint8Array;
  purpose: Uint8Array;
}): Buffer | null {
  if (sealed.length < ivBytes + tagBytes) return null;
  const body = sealed.subarray(ivBytes, -tagBytes);
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(purpose)
    .setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return null;
  }
}
