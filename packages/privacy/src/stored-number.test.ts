import { createSecretKey, randomBytes } from 'node:crypto';
import { reveal } from '@numfleet/privacy/reveal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sealBytes } from './aes-gcm.ts';
import { createLocalKeyProvider, createNumberVault, loadMasterKey } from './inside-door.ts';
import { formatKeyFile } from './key-file.ts';
import { createPhoneNumber } from './phone-number-door.ts';
import { createRewrap } from './rotate-key.ts';
import { e164 } from './testing/e164.ts';

const indexKey = randomBytes(32);
const master = createLocalKeyProvider({ id: '00aa', key: randomBytes(32) });
const vault = createNumberVault({ indexKey, master });
const { wrapped } = await vault.makeKey('7');
const numbers = await vault.open('7', wrapped);
const keyWrong = expect.objectContaining({ code: 'key-wrong', message: expect.not.stringContaining('7946') });

describe('I3: createNumberVault', () => {
  test('G25: every number comes out to the digit as it went in, and neither its digits nor its length rest in the row', async () => {
    await fc.assert(
      fc.asyncProperty(e164, async (plain) => {
        const number = createPhoneNumber(plain);
        const row = { ciphertext: numbers.encrypt(number), blindIndex: vault.blindIndex(number) };
        expect(reveal(await numbers.decrypt(row.ciphertext, row.blindIndex))).toBe(plain);
        expect([row.ciphertext.length, row.blindIndex.length]).toEqual([69, 32]);
        expect(Buffer.concat([row.ciphertext, row.blindIndex]).includes(plain.slice(1))).toBe(false);
      }),
    );
  });

  test('one number has one blind index, and another ciphertext each time', () => {
    const [a, b] = [createPhoneNumber('+442079460958'), createPhoneNumber('+442079460958')];
    expect(vault.blindIndex(a)).toEqual(vault.blindIndex(b));
    expect(numbers.encrypt(a)).not.toEqual(numbers.encrypt(a));
    expect(vault.blindIndex(createPhoneNumber('+442079460958;ext=1'))).not.toEqual(vault.blindIndex(a));
  });

  test("a ciphertext opens beside its own blind index and under its own campaign's key only", async () => {
    const [a, b] = [createPhoneNumber('+442079460958'), createPhoneNumber('+442079460959')];
    const other = await vault.open('8', (await vault.makeKey('8')).wrapped);
    const keyless = await vault.open('7', null);
    await expect(numbers.decrypt(numbers.encrypt(a), vault.blindIndex(b))).rejects.toThrow(keyWrong);
    await expect(other.decrypt(numbers.encrypt(a), vault.blindIndex(a))).rejects.toThrow(keyWrong);
    await expect(keyless.decrypt(numbers.encrypt(a), vault.blindIndex(a))).rejects.toThrow(keyWrong);
    await expect(numbers.decrypt(Buffer.alloc(3), vault.blindIndex(a))).rejects.toThrow(keyWrong);
    expect(() => keyless.encrypt(a)).toThrow(expect.objectContaining({ code: 'key-missing' }));
  });

  test("a campaign's key opens for that campaign and under its master key only, and under the next once it is wrapped anew", async () => {
    const next = createLocalKeyProvider({ id: '00bb', key: randomBytes(32) });
    const after = createNumberVault({ indexKey, master: next });
    await expect(vault.open('8', wrapped)).rejects.toThrow(keyWrong);
    await expect(after.open('7', wrapped)).rejects.toThrow(keyWrong);
    const fresh = await createRewrap({ from: master, to: next })('7', wrapped);
    expect(fresh.masterId).toBe('00bb');
    await expect(vault.open('7', fresh.wrapped)).rejects.toThrow(keyWrong);
    const number = createPhoneNumber('+442079460958');
    const opened = await (await after.open('7', fresh.wrapped)).decrypt(
      numbers.encrypt(number),
      vault.blindIndex(number),
    );
    expect(reveal(opened)).toBe('+442079460958');
  });

  test("what was stored under the master key itself opens, and is renewed under the campaign's", async () => {
    const key = randomBytes(32);
    const given = await loadMasterKey('/nowhere', formatKeyFile('number-storage', { id: '0123456789abcdef', key }));
    const vault = createNumberVault({ indexKey, master: given });
    const number = createPhoneNumber('+442079460958');
    const blindIndex = vault.blindIndex(number);
    const old = sealBytes({
      key: createSecretKey(key),
      plain: Buffer.from('+442079460958'.padEnd(40)),
      purpose: blindIndex,
    });
    const own = await vault.open('7', (await vault.makeKey('7')).wrapped);
    expect(reveal(await own.decrypt(old, blindIndex))).toBe('+442079460958');
    expect(reveal(await (await vault.open('7', null)).decrypt(old, blindIndex))).toBe('+442079460958');
    const renewed = await own.renew(old, blindIndex);
    expect([old.length, renewed.length]).toEqual([68, 69]);
    expect(reveal(await own.decrypt(renewed, blindIndex))).toBe('+442079460958');
    await expect(numbers.decrypt(old, blindIndex)).rejects.toThrow(keyWrong);
  });

  test('a damaged master key of the environment is refused, and nothing of it told', async () => {
    const damaged = formatKeyFile('url', { id: '0123456789abcdef', key: randomBytes(32) });
    const refused = expect.objectContaining({ code: 'key-wrong', message: expect.not.stringContaining('0123456789') });
    await expect(loadMasterKey('/nowhere', damaged)).rejects.toThrow(refused);
  });
});
