import { astralDigits, combining, foldedCodes, isDigitCode } from '@numfleet/privacy/digits';

/** Bits of `codeTraits`. The first is 1, so that digits can be counted by adding. */
export const codeTrait = {
  /** A decimal digit of any script, the first half of one beyond U+FFFF, or `&`, which may refer to one. */
  digit: 1,
  /** `fold` changes it. */
  foldable: 2,
  reference: 4,
  /** ASCII white space other than a space. */
  space: 8,
  /** Anything but white space. */
  visible: 16,
} as const;

/** What one UTF-16 code unit is to us, for the loops that look at every character of a page. */
export const codeTraits = new Uint8Array(0x10000).fill(codeTrait.visible);

const space = 0x20;

for (const [code, folded] of foldedCodes.entries()) {
  if (isDigitCode(folded)) mark(code, codeTrait.visible | codeTrait.digit | (code === folded ? 0 : codeTrait.foldable));
  else if (folded !== code) mark(code, codeTrait.foldable | (folded === 0 || folded === space ? 0 : codeTrait.visible));
  else if (combining[code] === 1) mark(code, codeTrait.visible | codeTrait.foldable);
}
for (const codePoint of astralDigits.keys()) {
  mark(String.fromCodePoint(codePoint).charCodeAt(0), codeTrait.visible | codeTrait.digit | codeTrait.foldable);
}
for (const character of '·‧∙•・') mark(character.charCodeAt(0), codeTrait.visible | codeTrait.foldable);
for (const character of '\t\n\f\r') mark(character.charCodeAt(0), codeTrait.space);
mark(space, 0);
mark('&'.charCodeAt(0), codeTrait.visible | codeTrait.reference | codeTrait.digit);

function mark(code: number, bits: number): void {
  codeTraits[code] = bits;
}
