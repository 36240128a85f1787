import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCertifier, createLocalKeyProvider, createNumberVault, createSuppressor } from './inside-door.ts';
import { createPhoneNumber } from './phone-number-door.ts';
import { e164 } from './testing/e164.ts';

const key = randomBytes(32);
const suppressor = createSuppressor({ key });

test('a number has one suppression index, whatever its extension, and another under another key', () => {
  const other = createSuppressor({ key: randomBytes(32) });
  fc.assert(
    fc.property(e164, fc.stringMatching(/^[0-9]{1,15}$/), (plain, extension) => {
      const [line = ''] = plain.split(';');
      const index = suppressor.indexOf(createPhoneNumber(plain));
      expect(index).toHaveLength(32);
      expect(suppressor.indexOf(createPhoneNumber(`${line};ext=${extension}`))).toEqual(index);
      expect(other.indexOf(createPhoneNumber(plain))).not.toEqual(index);
    }),
  );
});

test('a number with an extension knows the blind index of its line; one without has none', () => {
  const vault = createNumberVault({ indexKey: key, master: createLocalKeyProvider({ id: '00aa', key }) });
  const line = createPhoneNumber('+442079460958');
  expect(vault.lineIndex(line)).toBeNull();
  expect(vault.lineIndex(createPhoneNumber('+442079460958;ext=12'))).toEqual(vault.blindIndex(line));
});

test('a certificate that was changed, or certified under another key, is not genuine', () => {
  const certifier = createCertifier({ key });
  const certificate = certifier.certify({ v: 1, erased: { numbers: 2 }, remains: ['a', 'b'] });
  expect(certifier.isGenuine(JSON.parse(JSON.stringify(certificate)))).toBe(true);
  const { seal, ...rest } = certificate;
  const changes = [{ erased: { numbers: 3 } }, { remains: ['a'] }, { more: 1 }, { seal: seal.slice(2) }, { seal: '' }];
  for (const change of changes) expect(certifier.isGenuine({ ...certificate, ...change })).toBe(false);
  expect(certifier.isGenuine(rest)).toBe(false);
  expect(createCertifier({ key: randomBytes(32) }).isGenuine(certificate)).toBe(false);
});
