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

/** The UTF-8 of a range as text. Written out for ASCII, since `TextDecoder` takes a microsecond a call. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > longestByHand) return decoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let at = start; at < end; at++) {
    const code = byteAt(bytes, at);
    if (code >= 0x80) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(code);
  }
  return text;
}

const longestByHand = 48;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
