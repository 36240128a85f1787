/** The encodings of the WHATWG standard in which every byte is a character and ASCII is itself. */
const singleByteName = /^(?:windows-(?:125\d|874)|iso-8859-\d+|koi8-[ru]|macintosh|ibm866|x-mac-cyrillic)$/;

/** For each byte from 0x80 on, how many bytes its character has in UTF-8, and these. Four cells a byte. */
const tables = new Map<string, Uint8Array>();

/**
 * The UTF-8 of a page in an encoding of single bytes; null for all other encodings. By a table: through a string it takes
 * three times as long.
 */
export function singleBytesToUtf8(bytes: Uint8Array, encoding: string): Uint8Array | null {
  if (!singleByteName.test(encoding)) return null;
  const table = tables.get(encoding) ?? makeTable(encoding);
  tables.set(encoding, table);
  const utf8 = new Uint8Array(lengthOf(bytes, table));
  let next = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      utf8[next++] = byte;
      continue;
    }
    const cell = (byte - 0x80) * 4;
    const length = table[cell] ?? 0;
    for (let index = 1; index <= length; index++) utf8[next++] = table[cell + index] ?? 0;
  }
  return utf8;
}

function lengthOf(bytes: Uint8Array, table: Uint8Array): number {
  let length = bytes.length;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) length += (table[(byte - 0x80) * 4] ?? 0) - 1;
  }
  return length;
}

function makeTable(encoding: string): Uint8Array {
  const table = new Uint8Array(4 * 0x80);
  const decoder = new TextDecoder(encoding);
  for (let byte = 0x80; byte <= 0xff; byte++) {
    const sequence = new TextEncoder().encode(decoder.decode(Uint8Array.of(byte)));
    table[(byte - 0x80) * 4] = sequence.length;
    table.set(sequence, (byte - 0x80) * 4 + 1);
  }
  return table;
}
