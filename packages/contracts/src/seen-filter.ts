import { z } from 'zod';
import { rowId } from './wire.ts';

/** A page's key: the first half of an HMAC-SHA-256 of its normalised URL. */
export const pageKeyBytes = 16;

/**
 * What a crawler is told about the pages that a campaign knows: an immutable Bloom filter over their keys, made from Postgres at
 * one time. A crawler that finds a link in it sends the link's key alone; the sink knows better (G42).
 */
export interface SeenFilter {
  has(key: Uint8Array): boolean;
}

export interface FilterShape {
  bytes: number;
  /** Bits that a key sets. */
  hashes: number;
}

/** 16 bits a key: one in 2,200 others is taken for a known one. */
const bitsAKey = 16;

/** Sized to its keys, within what is left for it. */
export function shapeOf(keys: number, mostBytes: number): FilterShape {
  const bytes = Math.max(64, Math.min(mostBytes, Math.ceil((keys * bitsAKey) / 8)));
  return { bytes, hashes: Math.max(1, Math.min(16, Math.round(((bytes * 8) / Math.max(1, keys)) * Math.LN2))) };
}

/** How many of the keys that are not in it such a filter takes for known: what it promises, and no measurement. */
export function promisedRate({ bytes, hashes }: FilterShape, keys: number): number {
  return (1 - Math.exp((-hashes * keys) / (bytes * 8))) ** hashes;
}

/** Sets a key's bits. Keys are chance already, so that their own bytes serve as two hashes (Kirsch & Mitzenmacher, 2006). */
export function addKey(bits: Uint8Array, hashes: number, key: Uint8Array): void {
  for (const at of bitsOf(bits, hashes, key)) bits[at >>> 3] = (bits[at >>> 3] ?? 0) | (1 << (at & 7));
}

export function openFilter(bits: Uint8Array, hashes: number): SeenFilter {
  return {
    has(key) {
      for (const at of bitsOf(bits, hashes, key)) if (((bits[at >>> 3] ?? 0) & (1 << (at & 7))) === 0) return false;
      return true;
    },
  };
}

function* bitsOf(bits: Uint8Array, hashes: number, key: Uint8Array): Generator<number> {
  const view = new DataView(key.buffer, key.byteOffset, pageKeyBytes);
  const size = bits.length * 8;
  const step = view.getUint32(8) | 1;
  let at = view.getUint32(0);
  for (let n = 0; n < hashes; n += 1) {
    yield at % size;
    at = (at + step) >>> 0;
  }
}

/** Of bits, so that a part in base64 stays well within a message of a queue (I8). */
export const filterPartBytes = 40_000;

/** One part of a filter, as it lies in its queue for every crawler to read; nobody takes it from there. */
export const filterPart = z.strictObject({
  v: z.literal(1),
  kind: z.literal('filter'),
  campaignId: rowId,
  generation: z.int().positive(),
  part: z.int().min(0).max(10_000),
  parts: z.int().min(1).max(10_000),
  hashes: z.int().min(1).max(16),
  bits: z.base64(),
});
export type FilterPart = z.infer<typeof filterPart>;

export function filterPartId(part: Pick<FilterPart, 'campaignId' | 'generation' | 'part'>): string {
  return `filter-${part.campaignId}-${part.generation}-${part.part}`;
}

/** Where a filter is in its life; those that are dropped are not there any more. */
export const filterStates = ['trial', 'live', 'bypassed'] as const;
export type FilterState = (typeof filterStates)[number];

/** By which rule a filter was found to be wrong too often. */
export const filterAlarms = ['deviation', 'slope'] as const;
export type FilterAlarm = (typeof filterAlarms)[number];
