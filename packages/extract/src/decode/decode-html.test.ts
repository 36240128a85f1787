import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeHtml, toUtf8 } from '../index.ts';

const corpora = resolve(import.meta.dirname, '../../../..', process.env.NUMFLEET_CORPORA ?? '../shared/data');
const cases = resolve(corpora, 'html5lib/encoding');

const bytes = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('decodeHtml', () => {
  test.each([
    ['a byte order mark over the header', latin1('\xef\xbb\xbfé'), 'text/html; charset=gbk', 'utf-8'],
    ['a UTF-16 mark', latin1('\xff\xfeh\x00'), null, 'utf-16le'],
    ['the header over the page', latin1('<meta charset=gbk>'), 'text/html; charset="Shift_JIS"', 'shift_jis'],
    [
      'the page where the header names none that is known',
      latin1('<meta charset=gbk>'),
      'text/html; charset=utf-7',
      'gbk',
    ],
    ['a meta element', latin1('<!-- <meta charset=big5> --><meta charset=gb18030>'), null, 'gb18030'],
    ['http-equiv', latin1('<meta http-equiv=Content-Type content="text/html; charset=euc-kr">'), null, 'euc-kr'],
    ['an XML declaration', latin1('<?xml version="1.0" encoding="koi8-r"?>'), null, 'koi8-r'],
    ['UTF-8 that nobody declares', bytes('é'), null, 'utf-8'],
    ['UTF-8 that was cut in mid-character', bytes('éé').subarray(0, 3), null, 'utf-8'],
    ['windows-1252 where nothing else fits', latin1('caf\xe9 '), null, 'windows-1252'],
    ['nothing at all', new Uint8Array(), 'nonsense', 'windows-1252'],
  ])('goes by %s', (_, body, contentType, encoding) => {
    expect(decodeHtml(body, contentType).encoding).toBe(encoding);
  });

  test.each([
    ['gbk', [0xb5, 0xe7, 0xbb, 0xb0, 0xa3, 0xba, 0xa3, 0xb0, 0xa3, 0xb1], '电话：０１'],
    ['big5', [0xb9, 0x71, 0xb8, 0xdc], '電話'],
    ['shift_jis', [0x93, 0x64, 0x98, 0x62], '電話'],
    ['euc-kr', [0xc0, 0xfc, 0xc8, 0xad], '전화'],
    ['windows-1251', [0xf2, 0xe5, 0xeb], 'тел'],
    ['iso-8859-1', [0x96, 0x80], '–€'],
  ])('decodes %s', (charset, body, text) => {
    expect(decodeHtml(Uint8Array.from(body), `text/html; charset=${charset}`).html).toBe(text);
  });

  test.each(
    'ibm866 iso-8859-2 iso-8859-5 iso-8859-7 iso-8859-8 iso-8859-15 koi8-r koi8-u macintosh windows-1250 windows-1251 windows-1252 windows-1255 windows-874 gbk'.split(
      ' ',
    ),
  )('toUtf8 gives what decodeHtml does, in UTF-8: %s', (charset) => {
    const all = Uint8Array.from({ length: 512 }, (_, index) => index & 0xff);
    const contentType = `text/html; charset=${charset}`;
    expect(toUtf8(all, contentType)).toEqual({ utf8: bytes(decodeHtml(all, contentType).html), encoding: charset });
  });

  test.skipIf(!existsSync(cases) && !process.env.CI)('agrees with all of html5lib’s encoding cases', () => {
    const all = ['tests1.dat', 'tests2.dat', 'test-yahoo-jp.dat'].flatMap((file) => {
      const text = readFileSync(resolve(cases, file), 'latin1');
      return text.split(/(?:^|\n)#data\n/).slice(1);
    });
    const wrong = all.filter((one) => {
      const [data = '', expected = ''] = one.split('\n#encoding\n');
      return decodeHtml(latin1(data), null).encoding !== new TextDecoder(expected.trim().split('\n')[0]).encoding;
    });
    expect(all.length).toBeGreaterThan(80);
    expect(wrong).toEqual([]);
  });
});
