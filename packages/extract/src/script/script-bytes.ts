import { byteTraits } from '../text/byte-traits.ts';

/** Bits of `scriptBytes`. The first is 1, so that digits can be counted by adding. */
export const scriptByte = { digit: 1, letter: 2, word: 4, quote: 8, special: 16, token: 32 } as const;

/**
 * What a byte of a script is: a digit as in `byteTraits`, an ASCII letter, a part of a word, a quote of a string,
 * a backslash or a line's end; or what a token begins with that is more than one character.
 */
export const scriptBytes = byteTraits.map((traits, code) => {
  const lower = code | 0x20;
  const isLetter = lower >= 0x61 && lower <= 0x7a;
  const isWord = isLetter || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x24 || code >= 0x80;
  return (
    (traits & scriptByte.digit) |
    (isLetter ? scriptByte.letter : 0) |
    (isWord ? scriptByte.word : 0) |
    (code === 0x22 || code === 0x27 ? scriptByte.quote : 0) |
    (code === 0x5c || code === 0x0a ? scriptByte.special : 0) |
    (code < 0x80 && '"\'`/<{}'.includes(String.fromCharCode(code)) ? scriptByte.token : 0)
  );
});
