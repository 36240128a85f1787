import { reveal } from '@numfleet/privacy/reveal';
import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import { getCountries, getExampleNumber, type NumberFormat } from 'libphonenumber-js/max';
import { expect, test } from 'vitest';
import { readPage } from './index.ts';

const numbers = getCountries().flatMap((region) => {
  const number = getExampleNumber(region, examples);
  return number === undefined ? [] : [{ region, number }];
});
const formats: NumberFormat[] = ['INTERNATIONAL', 'E.164', 'NATIONAL'];
/** Fewer digits are too few to be told from anything else; a few islands write their numbers so at home. */
const leastDigits = 7;

const places: ((spelling: string, e164: string) => string)[] = [
  (spelling) => `<p>Tel: ${spelling}</p>`,
  (spelling) => `<td>${spelling}<td>${spelling}`,
  (spelling) => `<p>${[...spelling].map((character) => `<b>${character}</b>`).join('')}</p>`,
  (spelling) => `<p>${[...spelling].map((character) => `&#${character.codePointAt(0)};`).join('')}</p>`,
  (spelling) => `<p>${spelling.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))}</p>`,
  (spelling) => `<p>${spelling.replace(/\d/g, (digit) => `${digit}\u200b`)}</p>`,
  (_, e164) => `<a href="tel:${e164}">call</a>`,
  (_, e164) => `<a href="https://wa.me/${e164.slice(1)}">chat</a>`,
  (spelling) => `<script type="application/ld+json">${JSON.stringify({ telephone: spelling })}</script>`,
  (spelling) => `<meta itemprop="telephone" content="${spelling}">`,
];

const read = (html: string, region: string) =>
  readPage(html, { url: 'https://shop.test/', region, maxFindings: 10, maxLinks: 10 }).findings.map(({ number }) =>
    reveal(number),
  );

test('G25: every region’s example comes out to the digit, from every place and in every format', () => {
  expect(numbers.length).toBeGreaterThan(230);
  fc.assert(
    fc.property(
      fc.constantFrom(...numbers),
      fc.constantFrom(...formats),
      fc.constantFrom(...places),
      (example, format, place) => {
        const { region, number } = example;
        fc.pre(number.format(format).replace(/\D/g, '').length >= leastDigits);
        expect(read(place(number.format(format), number.number), region)).toEqual([number.number]);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('G25: every region’s example in international format needs no region', () => {
  const wrong = numbers.filter(({ number }) => {
    const html = `<p>Tel: ${number.formatInternational()}</p>`;
    const { findings } = readPage(html, { url: 'https://shop.test/', region: null, maxFindings: 10, maxLinks: 10 });
    return findings.map((finding) => reveal(finding.number)).join() !== number.number;
  });
  expect(wrong.map(({ region }) => region)).toEqual([]);
});
