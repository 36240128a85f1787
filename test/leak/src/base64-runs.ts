/** Where a stretch of encoded bytes starts in its layer, and what it decodes to. */
export type DecodedRun = { offset: number; bytes: Buffer };

/** A stretch of base64 (RFC 4648 §4) or base64url (§5), in bytes of its layer. */
type Run = { start: number; end: number };

const shortest = 12;

/**
 * The stretches of at least twelve characters. Line breaks are passed over after a line of at least 60 characters, as
 * mail (RFC 2045 §6.8) and PEM write them.
 */
export function* base64Runs(bytes: Uint8Array): Generator<Run> {
  let start = 0;
  let lineStart = 0;
  for (let offset = 0; offset <= bytes.length; offset++) {
    const byte = bytes[offset];
    if (byte !== undefined && places[byte] !== outside) continue;
    const lineLength = offset - lineStart;
    const isBreak = byte === 0x0a || byte === 0x0d;
    lineStart = offset + 1;
    if (isBreak && offset > start && (lineLength >= 60 || lineLength === 0)) continue;
    if (offset - start >= shortest) yield { start, end: offset };
    start = offset + 1;
  }
}

/**
 * Decodes a run if it may hold digits, at each alignment where they show.
 *
 * Digits and what stands between them are bytes 001xxxxx, and three of these leave a mark on each of the four
 * characters that they become. Nine digits give eight marked characters at any alignment; of random text one place in
 * 260,000 looks like that.
 */
export function* digitsInRun(bytes: Buffer, { start, end }: Run): Generator<DecodedRun> {
  let state = 0;
  let position = 0;
  let decoded = 0;
  for (let offset = start; offset < end; offset++) {
    const mask = places[bytes[offset] as number] as number;
    if (mask === outside) continue;
    state = ((state << 1) | 1) & mask;
    position += 1;
    const alignment = position % 4;
    if ((state & eighth) === 0 || (decoded & (1 << alignment)) !== 0) continue;
    decoded |= 1 << alignment;
    yield { offset: start, bytes: decodeRun(bytes, { start: start + alignment, end }) };
  }
}

export function decodeRun(bytes: Buffer, { start, end }: Run): Buffer {
  return Buffer.from(bytes.toString('latin1', start, end), 'base64');
}

const outside = 0x100;
const eighth = 0x80;

/** For each byte the places in the pattern of eight characters that it may take, a bit each. */
const places = Uint16Array.from({ length: 256 }, (_, byte) => {
  const sextet = sextetOf(byte);
  if (sextet < 0) return outside;
  const fits = [sextet >> 3 === 0b001, ((sextet >> 1) & 0b111) === 0b001, (sextet & 0b11) === 0, sextet >> 5 === 1];
  return [...fits, ...fits].reduce((mask, fit, place) => mask | (fit ? 1 << place : 0), 0);
});

function sextetOf(byte: number): number {
  const character = String.fromCharCode(byte);
  if (character === '-') return 62;
  if (character === '_') return 63;
  return 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(character);
}
