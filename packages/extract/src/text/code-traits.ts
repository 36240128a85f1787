import { dashes, invisible, marks, spaces, zeros } from './folds.generated.ts';

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

/** What a code unit reads as when it is folded: itself, another, or 0 where it is dropped. */
export const foldedCodes = new Uint16Array(0x10000).map((_, code) => code);

/** Digits beyond the first plane, by code point. */
export const astralDigits = new Map<number, number>();

/** Code units that only decorate a digit that they follow. */
export const combining = new Uint8Array(0x10000);

const [digit0, space, dash] = [0x30, 0x20, 0x2d];

for (const zero of zeros) {
  for (let value = 0; value < 10; value++) setDigit(zero + value, digit0 + value);
}
for (const [first, last] of marks) {
  for (let code = first; code <= Math.min(last, 0xffff); code++) {
    combining[code] = 1;
    codeTraits[code] = codeTrait.visible | codeTrait.foldable;
  }
}
setRanges(invisible, () => 0);
setRanges(spaces, () => space);
// The ASCII hyphen to the horizontal bar stay as they are: a wide dash separates numbers where a hyphen does not.
setRanges(dashes, (code) => (code <= 0x2015 && code !== 0x02d7 ? code : dash));
setEach('⁺₊＋﹢➕', '+');
setEach('（⁽₍﹙', '(');
setEach('）⁾₎﹚', ')');
setEach('［', '[');
setEach('］', ']');
setEach('．', '.');
setEach('／⁄∕', '/');
setEach('～〜', '~');
setEach('：', ':');
setEach('＃', '#');
setEach('，', ',');
setEach('\x85\u2028\u2029', '\n');
for (const character of '·‧∙•・') mark(character.charCodeAt(0), codeTrait.visible | codeTrait.foldable);
for (const character of '\t\n\f\r') mark(character.charCodeAt(0), codeTrait.space);
mark(space, 0);
mark('&'.charCodeAt(0), codeTrait.visible | codeTrait.reference | codeTrait.digit);

function mark(code: number, bits: number): void {
  codeTraits[code] = bits;
}

function setDigit(codePoint: number, folded: number): void {
  if (codePoint <= 0xffff) {
    foldedCodes[codePoint] = folded;
    mark(codePoint, codeTrait.visible | codeTrait.digit | (codePoint === folded ? 0 : codeTrait.foldable));
  } else {
    astralDigits.set(codePoint, folded);
    mark(String.fromCodePoint(codePoint).charCodeAt(0), codeTrait.visible | codeTrait.digit | codeTrait.foldable);
  }
}

function setRanges(ranges: readonly (readonly [number, number])[], foldedOf: (code: number) => number): void {
  for (const [first, last] of ranges) {
    for (let code = first; code <= Math.min(last, 0xffff); code++) setFold(code, foldedOf(code));
  }
}

function setEach(characters: string, folded: string): void {
  for (const character of characters) setFold(character.charCodeAt(0), folded.charCodeAt(0));
}

function setFold(code: number, folded: number): void {
  foldedCodes[code] = folded;
  if (folded !== code) mark(code, codeTrait.foldable | (folded === 0 || folded === space ? 0 : codeTrait.visible));
}
