import { dashes, invisible, marks, spaces, zeros } from './folds.generated.ts';

/** What a UTF-16 code unit reads as when digits are looked for: itself, another, or 0 where nobody sees it. */
export const foldedCodes = new Uint16Array(0x10000).map((_, code) => code);

/** Digits beyond the first plane, by code point, as what they read. */
export const astralDigits = new Map<number, number>();

/** Code units that only decorate a digit that they follow. */
export const combining = new Uint8Array(0x10000);

/** Folded, what people write between the digits of one number. */
export const between = new Uint8Array(0x10000);

const [digit0, space, dash] = [0x30, 0x20, 0x2d];

for (const zero of zeros) {
  for (let value = 0; value < 10; value++) {
    if (zero > 0xffff) astralDigits.set(zero + value, digit0 + value);
    else foldedCodes[zero + value] = digit0 + value;
  }
}
for (const [first, last] of marks) combining.fill(1, first, Math.min(last, 0xffff) + 1);
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
for (const character of ' -‐‑‒–—―−ー－./()[]~*\\|') between[character.charCodeAt(0)] = 1;

export function isDigitCode(code: number): boolean {
  return code >= digit0 && code <= digit0 + 9;
}

function setRanges(ranges: readonly (readonly [number, number])[], foldedOf: (code: number) => number): void {
  for (const [first, last] of ranges) {
    for (let code = first; code <= Math.min(last, 0xffff); code++) foldedCodes[code] = foldedOf(code);
  }
}

function setEach(characters: string, folded: string): void {
  for (const character of characters) foldedCodes[character.charCodeAt(0)] = folded.charCodeAt(0);
}
