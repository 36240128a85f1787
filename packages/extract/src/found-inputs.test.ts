import { expect, test } from 'vitest';
import { readPage, readText } from './index.ts';
import { largeSize, readFoundInputs, writeFound } from './testing/found-inputs.ts';

const options = { url: 'https://shop.test/', region: null, maxFindings: 2_000, maxLinks: 1_000 };

/** How their time grows is held by `slow-inputs.test.ts`. */
test('I6: what the fuzzer found is read, as a page and as text', { timeout: 60_000 }, () => {
  const inputs = readFoundInputs();
  expect(inputs.length).toBeGreaterThan(0);
  for (const input of inputs) {
    const body = writeFound(input, input.why === 'threw' ? largeSize : 2 ** 14);
    expect(() => readPage(body, options), input.name).not.toThrow();
    expect(() => readText(new TextDecoder('latin1').decode(body), options), input.name).not.toThrow();
  }
});
