import { reveal } from '@numfleet/privacy/reveal';
import { describe, expect, test } from 'vitest';
import { readPage, readText } from '../index.ts';

const numbersIn = (text: string, region: string) =>
  readText(text, { region }).findings.map(({ number }) => reveal(number));

describe('digits that are a number of their region, but for what is said of them', () => {
  test.each([
    ['US', 'Item: ', '2125550123'],
    ['US', 'P/N ', '212-555-0123'],
    ['US', 'MLS# ', '2125550123'],
    ['US', 'Customer no. ', '2125550123'],
    ['GB', 'Company No. ', '02079460958'],
    ['DE', 'Art.-Nr. ', '030123456'],
    ['DE', 'Bestellnummer ', '030 123456'],
    ['DE', 'Aktenzeichen: ', '030 123456'],
    ['FR', 'RCS Paris ', '732 829 320'],
    ['IT', 'Cod. fiscale ', '02123456789'],
    ['IT', 'REA MI ', '021234567'],
    ['ES', 'Ref. ', '912345678'],
    ['PL', 'NIP ', '22-610-40-82'],
    ['CZ', 'IČO: ', '212345678'],
    ['VN', 'Mã số thuế ', '02437344567'],
    ['KR', '사업자등록번호 ', '02-312-3456'],
    ['CN', '备案号', '01065529988'],
    ['UA', 'ЄДРПОУ ', '0443920111'],
  ])('%s, "%s" before them', (region, name, digits) => {
    expect(numbersIn(`${name}${digits}`, region)).toEqual([]);
    expect(numbersIn(`Tel. ${digits}`, region)).toHaveLength(1);
  });

  test.each([
    ['US', '2125550123', ' views'],
    ['FR', '0 123 456 780', ' €'],
    ['GB', '02079460958', ' members'],
    ['DE', '030123456', ' px'],
  ])('%s, %s and "%s" after them', (region, digits, unit) => {
    expect(numbersIn(`${digits}${unit}`, region)).toEqual([]);
    expect(numbersIn(`Tel. ${digits}${unit}`, region)).toHaveLength(1);
  });

  test.each([
    ['an hour', 'US', '2015082522'],
    ['a day, with spaces', 'DK', 'of 2016 11 11'],
    ['a day in words', 'DE', '22 Dec 2016 1023'],
    ['a day in words, as in the US', 'DE', '7 January, 2025 1610'],
    ['a term of a sum', 'NZ', '(357526 + 81936) / (26821559 – 92499–26033 – 19216) = 1.6%'],
    ['a term after a plus', 'NL', '45+31-339243873'],
    ['what follows a decimal comma', 'DE', '3,017094017094'],
    ['coordinates of four places', 'AT', '33.5925, 130.3975'],
    ['the end of an item identifier', 'NZ', '10.1016/S1040-6182(98)00067-6'],
    ['the end of a bank account', 'DE', 'DE89 3704 0044 0532 0130 00'],
    ['the end of a named id', 'AU', 'ABN 12 345 678 901'],
    ['an ISBN whose check digit is X', 'NZ', '0-7900-0187-X'],
    ['years and a bracket', 'NZ', '2006-18 (2017 boundaries)'],
    ['a year and its posts', 'DE', '2016 (136)'],
    ['a note', 'DE', 'in 2016.[222] Then'],
    ['a law', 'AT', 'art. 13, n. 196/2003'],
    ['a version', 'GB', 'Chrome 37.0.2062.120'],
    ['milliseconds', 'AT', 'ETag 1382694045000'],
    ['few digits without their trunk prefix', 'AT', 'Bug 1664144'],
    ['a slug', 'FR', 'see iphone-sales-135006500'],
  ])('as %s', (_, region, text) => {
    expect(numbersIn(text, region)).toEqual([]);
  });
});

describe('numbers that stand beside such words', () => {
  test.each([
    ['what one dials', 'Notrufnummer 030 123456', 'DE', '+4930123456'],
    ['a service', 'Kundenservicenummer: 030 123456', 'DE', '+4930123456'],
    ['where one orders', 'Order: 1-800-356-9377', 'US', '+18003569377'],
    ['after a post code', 'Zip code 10001 212-555-0123', 'US', '+12125550123'],
    ['after the name of a state', 'Phoenix, AZ 602-555-0123', 'US', '+16025550123'],
    ['after a time zone', '9 to 5 MST 303-555-0123', 'US', '+13035550123'],
    ['with a plus, after an id', 'Ref. +44 20 7946 0958', 'US', '+442079460958'],
    ['on the line after an id', 'Company No. 1234567\n020 7946 0958', 'GB', '+442079460958'],
    ['before a count', '020 7946 0958\nViews 12', 'GB', '+442079460958'],
    ['a mobile number of a country that writes them without its trunk prefix', '71234567', 'BO', '+59171234567'],
    ['in the second region, by its trunk prefix', 'Tel. 01 5123456', 'AT', '+4315123456'],
    ['glued to another', '020 7946 0958+44 20 7946 0959', 'GB', '+442079460958'],
  ])('%s', (_, text, region, number) => {
    expect(numbersIn(text, region)).toContain(number);
  });
});

test('a label is not enough in a region that a page is hardly of', () => {
  const anywhere = { url: 'https://news.de/', region: null, maxFindings: 10, maxLinks: 0 };
  const page = (last: string) => `<html lang=de-DE><ul><li>News mobil</li><li>${last}</li></ul>`;
  expect(readPage(page('1462351'), anywhere).findings).toEqual([]);
  expect(readPage(page('0171 1462351'), anywhere).findings).toHaveLength(1);
});
