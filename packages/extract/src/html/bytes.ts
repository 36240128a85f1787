import { Buffer } from 'node:buffer';

/** A byte of a page, 0 beyond its end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** Whether ASCII text stands at a place, in any case. `text` is in lower case. */
export function hasTextAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = byteAt(bytes, at + index);
    if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** The UTF-8 of a range as text. Short ASCII by a buffer of its own, since `TextDecoder` takes a microsecond a call. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > longestByHand) return decoder.decode(bytes.subarray(start, end));
  const length = Math.max(0, end - start);
  for (let index = 0; index < length; index++) {
    const code = byteAt(bytes, start + index);
    if (code >= 0x80) return decoder.decode(bytes.subarray(start, end));
    ascii[index] = code;
  }
  return ascii.toString('latin1', 0, length);
}

const longestByHand = 96;
const ascii = Buffer.alloc(longestByHand);
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
