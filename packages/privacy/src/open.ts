import { inflateRawSync } from 'node:zlib';
import { NumfleetError, sealedFinding } from '@numfleet/contracts';
import type { CryptoKey, KeyPair } from 'hpke';
import { z } from 'zod';
import { createPhoneNumber } from './phone-number-door.ts';
import {
  additionalData,
  encapsulatedBytes,
  info,
  lengthBytes,
  maxFindings,
  maxJsonBytes,
  type PlainFinding,
  type SealContext,
  suite,
} from './sealed-form.ts';

const payload = z.array(sealedFinding).max(maxFindings);

/**
 * Opens what `sealFindings` sealed for this page and lease. Throws `seal-invalid` for anything else: another key,
 * page or lease, a changed byte, a payload that breaks its contract. The error says no more and has no cause, since
 * the messages of JSON.parse and zod quote what they were given.
 */
export async function openFindings({
  privateKey,
  context,
  sealed,
}: {
  privateKey: Uint8Array;
  context: SealContext;
  sealed: string;
}): Promise<PlainFinding[]> {
  const recipient = await keyPairOf(privateKey);
  try {
    const bytes = Buffer.from(sealed, 'base64');
    const padded = await suite.Open(
      recipient,
      bytes.subarray(0, encapsulatedBytes),
      bytes.subarray(encapsulatedBytes),
      {
        info,
        aad: additionalData(context),
      },
    );
    return payload.parse(JSON.parse(inflate(Buffer.from(padded)))).map(toPlain);
  } catch {
    throw new NumfleetError('seal-invalid', 'Sealed findings do not open under this key for their page and lease.');
  }
}

const keyPairs = new WeakMap<Uint8Array, Promise<KeyPair<CryptoKey>>>();

/** Made once of each key, and not for every result. */
function keyPairOf(bytes: Uint8Array): Promise<KeyPair<CryptoKey>> {
  const known = keyPairs.get(bytes);
  if (known) return known;
  const made = makeKeyPair(bytes);
  keyPairs.set(bytes, made);
  return made;
}

/** Both halves: left to itself, hpke asks Node for the public one by an API that prints a warning. */
async function makeKeyPair(bytes: Uint8Array): Promise<KeyPair<CryptoKey>> {
  const privateKey = await suite.DeserializePrivateKey(bytes, true);
  const { x = '' } = await crypto.subtle.exportKey('jwk', privateKey);
  return { privateKey, publicKey: await suite.DeserializePublicKey(Buffer.from(x, 'base64url')) };
}

function inflate(padded: Buffer): string {
  const length = padded.readUInt32BE();
  const deflated = padded.subarray(lengthBytes, lengthBytes + length);
  return inflateRawSync(deflated, { maxOutputLength: maxJsonBytes }).toString();
}

function toPlain({ number, ...rest }: z.infer<typeof sealedFinding>): PlainFinding {
  return { number: createPhoneNumber(number), ...rest };
}
