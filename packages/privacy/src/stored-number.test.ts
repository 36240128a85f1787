import { randomBytes } from 'node:crypto';
import { reveal } from '@numfleet/privacy/reveal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createNumberVault } from './inside-door.ts';
import { createPhoneNumber } from './phone-number-door.ts';
import { e164 } from './testing/e164.ts';

const indexKey = randomBytes(32);
const storageKey = randomBytes(32);
const vault = createNumberVault({ indexKey, storageKey });

describe('I3: createNumberVault', () => {
  test('G25: every number comes out to the digit as it went in, and neither its digits nor its length rest in the row', () => {
    fc.assert(
      fc.property(e164, (plain) => {
        const number = createPhoneNumber(plain);
        const row = { ciphertext: vault.encrypt(number), blindIndex: vault.blindIndex(number) };
        expect(reveal(vault.decrypt(row.ciphertext, row.blindIndex))).toBe(plain);
        expect([row.ciphertext.length, row.blindIndex.length]).toEqual([68, 32]);
        expect(Buffer.concat([row.ciphertext, row.blindIndex]).includes(plain.slice(1))).toBe(false);
      }),
    );
  });

  test('one number has one blind index, and another ciphertext each time', () => {
    const [a, b] = [createPhoneNumber('+442079460958'), createPhoneNumber('+442079460958')];
    expect(vault.blindIndex(a)).toEqual(vault.blindIndex(b));
    expect(vault.encrypt(a)).not.toEqual(vault.encrypt(a));
    expect(vault.blindIndex(createPhoneNumber('+442079460958;ext=1'))).not.toEqual(vault.blindIndex(a));
  });

  test('a ciphertext opens beside its own blind index and under its own key only', () => {
    const [a, b] = [createPhoneNumber('+442079460958'), createPhoneNumber('+442079460959')];
    const stranger = createNumberVault({ indexKey, storageKey: randomBytes(32) });
    const keyWrong = expect.objectContaining({ code: 'key-wrong', message: expect.not.stringContaining('7946') });
    expect(() => vault.decrypt(vault.encrypt(a), vault.blindIndex(b))).toThrow(keyWrong);
    expect(() => stranger.decrypt(vault.encrypt(a), vault.blindIndex(a))).toThrow(keyWrong);
    expect(() => vault.decrypt(Buffer.alloc(3), vault.blindIndex(a))).toThrow(keyWrong);
  });
});
