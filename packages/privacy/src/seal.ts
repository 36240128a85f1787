import { deflateRawSync } from 'node:zlib';
import { NumfleetError, type SealedFinding } from '@numfleet/contracts';
import type { CryptoKey } from 'hpke';
import {
  additionalData,
  info,
  lengthBytes,
  maxFindings,
  maxJsonBytes,
  type PlainFinding,
  paddingBytes,
  type SealContext,
  suite,
} from './sealed-form.ts';
import { digitsOf } from './vault.ts';

/**
 * Seals a page's findings so that the sink alone can open them, and for this page and lease only. Gives base64.
 * Throws `result-too-large` for more than 10,000 findings; whoever seals has cut them long before (I8).
 */
export async function sealFindings({
  publicKey,
  context,
  findings,
}: {
  publicKey: Uint8Array;
  context: SealContext;
  findings: readonly PlainFinding[];
}): Promise<string> {
  const json = Buffer.from(JSON.stringify(findings.map(toSealed)));
  if (findings.length > maxFindings || json.length > maxJsonBytes) {
    throw new NumfleetError('result-too-large', 'More findings than fit one sealed result.');
  }
  const recipient = await recipientOf(publicKey);
  const { encapsulatedSecret, ciphertext } = await suite.Seal(recipient, pad(deflateRawSync(json)), {
    info,
    aad: additionalData(context),
  });
  return Buffer.concat([encapsulatedSecret, ciphertext]).toString('base64');
}

const recipients = new WeakMap<Uint8Array, Promise<CryptoKey>>();

/** Made once of each key, and not for every page. */
function recipientOf(bytes: Uint8Array): Promise<CryptoKey> {
  const made = recipients.get(bytes) ?? suite.DeserializePublicKey(bytes);
  recipients.set(bytes, made);
  return made;
}

/** Field by field: what else an object may carry is not sealed, and would not open. */
function toSealed({ number, region, type, source, label, confidence }: PlainFinding): SealedFinding {
  return { number: digitsOf(number), region, type, source, label, confidence };
}

function pad(deflated: Buffer): Buffer {
  const size = Math.ceil((lengthBytes + deflated.length) / paddingBytes) * paddingBytes;
  const padded = Buffer.alloc(size);
  padded.writeUInt32BE(deflated.length);
  deflated.copy(padded, lengthBytes);
  return padded;
}
