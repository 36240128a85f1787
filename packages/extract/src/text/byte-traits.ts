import { zeros } from '@numfleet/privacy/digits';
import { codeTrait, codeTraits } from './code-traits.ts';

/**
 * The same as `codeTraits`, for the bytes of UTF-8. What begins beyond ASCII is all foldable, and a digit where any digit of
 * Unicode begins with that byte: enough to tell which text is worth a closer look.
 */
export const byteTraits = new Uint8Array(256).fill(codeTrait.visible | codeTrait.foldable);

for (let code = 0; code < 0x80; code++) byteTraits[code] = codeTraits[code] ?? 0;
for (let code = 0x80; code < 0xc0; code++) byteTraits[code] = codeTrait.visible;
for (const zero of zeros) {
  const [lead = 0] = new TextEncoder().encode(String.fromCodePoint(zero));
  byteTraits[lead] = (byteTraits[lead] ?? 0) | codeTrait.digit;
}
