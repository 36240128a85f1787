/**
 * Encodes text as GBK, which Node can only decode: the table is the decoder's, turned round.
 * Throws on a character that GBK does not have.
 */
export function encodeGbk(text: string): Buffer {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const pair = code < 0x80 ? [code] : encodingTable().get(character);
    if (pair === undefined) throw new RangeError('the text has a character that GBK does not have');
    bytes.push(...pair);
  }
  return Buffer.from(bytes);
}

let table: Map<string, readonly [number, number]> | undefined;

function encodingTable(): Map<string, readonly [number, number]> {
  table ??= turnedRound();
  return table;
}

function turnedRound(): Map<string, readonly [number, number]> {
  const entries = new Map<string, readonly [number, number]>();
  const decoder = new TextDecoder('gbk');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      const isOneCharacter = text.length === 1 && text !== '\ufffd';
      if (isOneCharacter && !entries.has(text)) entries.set(text, [lead, trail]);
    }
  }
  return entries;
}
