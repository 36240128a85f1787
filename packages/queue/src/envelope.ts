import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { NumfleetError, traceparent } from '@numfleet/contracts';

/**
 * A message as it lies in the queue: plain JSON while small, deflated where that saves something. A message never takes
 * more than `maxEnvelopeBytes`, so that a bounded number of messages is a bounded queue (I8). The span that added it lies
 * beside it: no contract is about tracing, and a reader that knows nothing of it passes it over.
 */
export type Envelope = ({ m: unknown } | { z: string }) & { t?: string };

/** 64 KiB of compressed bytes are 87,384 characters of base64. */
export const maxEnvelopeBytes = 64 * 1_024;
const compressFrom = 2_048;
/** A forged message must not unfold into more than a sane one can. */
const maxInflatedBytes = 8 * 1_024 * 1_024;

/** Throws `result-too-large`. */
export function encode(message: unknown, parent?: string): Envelope {
  const body = pack(message);
  return parent === undefined ? body : { ...body, t: parent };
}

/** Throws on anything that `encode` does not make. */
export function decode(envelope: unknown): unknown {
  if (typeof envelope !== 'object' || envelope === null) throw new TypeError('not an envelope');
  if ('m' in envelope) return envelope.m;
  if (!('z' in envelope) || typeof envelope.z !== 'string') throw new TypeError('not an envelope');
  return JSON.parse(
    inflateRawSync(Buffer.from(envelope.z, 'base64'), { maxOutputLength: maxInflatedBytes }).toString('utf8'),
  );
}

/** The span that added the message, as a W3C traceparent; a malformed one is dropped, which costs a trace and no job. */
export function traceparentIn(envelope: unknown): string | undefined {
  if (typeof envelope !== 'object' || envelope === null || !('t' in envelope)) return undefined;
  const read = traceparent.safeParse(envelope.t);
  return read.success ? read.data : undefined;
}

function pack(message: unknown): Envelope {
  const json = JSON.stringify(message);
  if (json.length < compressFrom) return { m: message };
  const packed = deflateRawSync(json);
  if (packed.length > maxEnvelopeBytes) {
    throw new NumfleetError('result-too-large', `A message of ${packed.length} bytes does not fit the queue.`);
  }
  return { z: packed.toString('base64') };
}
