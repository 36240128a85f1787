import { createSecretKey, type KeyObject } from 'node:crypto';
import { NumfleetError, type WireUrl } from '@numfleet/contracts';
import { openBytes, sealBytes } from './aes-gcm.ts';
import { findDigitRuns, replaceSpans } from './digit-runs.ts';
import type { Span } from './fold-text.ts';

export interface UrlCodec {
  /** The form in which a URL crosses a process boundary or rests: plain, or encrypted where it is sensitive. */
  toWire(url: string): WireUrl;
  /** Throws `key-wrong` for what was not encrypted under this key. */
  fromWire(wire: WireUrl): string;
  /** The URL to show: what could be a number in it becomes `[phone]`. */
  redact(url: string): string;
  isSensitive(url: string): boolean;
}

const purpose = Buffer.from('numfleet url v1');

/**
 * Keeps URLs that may hold a phone number out of the queue and the database (I3). `key` is 32 bytes, shared with the
 * crawlers. Sensitive is a URL with 7 or more digits in a row or joined by other than a slash, however encoded; a lone
 * ISO date (`/2026-11-23/`) and a host that is an IPv4 address are not.
 */
export function createUrlCodec(given: { key: Uint8Array }): UrlCodec {
  const key = createSecretKey(given.key);
  const isSensitive = (url: string) => sensitiveSpans(url).length > 0;
  return {
    isSensitive,
    redact: (url) => replaceSpans(url, sensitiveSpans(url), '[phone]'),
    toWire: (url) =>
      isSensitive(url) ? { c: sealBytes({ key, plain: Buffer.from(url), purpose }).toString('base64') } : { p: url },
    fromWire: (wire) => ('p' in wire ? wire.p : open(key, wire.c)),
  };
}

function open(key: KeyObject, sealed: string): string {
  const plain = openBytes({ key, sealed: Buffer.from(sealed, 'base64'), purpose });
  if (plain !== null) return plain.toString();
  throw new NumfleetError('key-wrong', 'An encrypted URL does not open under the key of URLs; check the key folder.');
}

const ipv4Host = /^https?:\/\/\d{1,3}(?:\.\d{1,3}){3}(?=[:/?#]|$)/;
const isoDate = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

function sensitiveSpans(url: string): Span[] {
  const host = ipv4Host.exec(url)?.[0];
  const opaque = host === undefined ? [] : [{ start: 0, end: host.length }];
  return findDigitRuns(url, { slashJoins: false, opaque, isHarmless: (run) => isoDate.test(run) });
}
