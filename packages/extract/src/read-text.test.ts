import { reveal } from '@numfleet/privacy/reveal';
import { describe, expect, test } from 'vitest';
import { readText } from './index.ts';

const numbersIn = (text: string, region: string | null = 'GB') =>
  readText(text, { region }).findings.map(({ number }) => reveal(number));

describe('readText finds', () => {
  test.each([
    ['international', '+86 138-1234-5678', null, ['+8613812345678']],
    ['with the prefix of most of the world, where another is dialled', '0086 138 1234 5678', 'US', ['+8613812345678']],
    ['with that prefix and no region', '0086 138 1234 5678', null, ['+8613812345678']],
    ['national', '13812345678', 'CN', ['+8613812345678']],
    ['a trunk zero in brackets', '(0)10 6552 9988', 'CN', ['+861065529988']],
    ['a trunk zero after the country code', '+33 01 42 68 53 00', null, ['+33142685300']],
    ['a plus in brackets', '(+44) 20 7946 0958', null, ['+442079460958']],
    ['two pluses', '++44 20 7946 0958', null, ['+442079460958']],
    ['a country code in wide brackets', '( 852 ) 2345 6789', 'HK', ['+85223456789']],
    ['with a place for the carrier', '(0xx11) 3313-6500', 'BR', ['+551133136500']],
    ['several line ends', 'Tel. 33074700/01/02', 'LU', ['+35233074700', '+35233074701', '+35233074702']],
    ['digits one by one', '0 2 0 7 9 4 6 0 9 5 8', 'GB', ['+442079460958']],
    ['two with a slash', '020 7946 0958 / 020 7946 0959', 'GB', ['+442079460958', '+442079460959']],
    ['one a line', '020 7946 0958\n020 7946 0959', 'GB', ['+442079460958', '+442079460959']],
    ['glued to its labels', 'Tel020 7946 0958Fax020 7946 0959', 'GB', ['+442079460958', '+442079460959']],
    ['after a word in another script', '电话01065529988转', 'CN', ['+861065529988']],
    ['an extension', '020 7946 0958 ext. 12', 'GB', ['+442079460958;ext=12']],
    ['an extension after a comma', '020 7946 0958, ext 12', 'GB', ['+442079460958;ext=12']],
    ['an extension after x', '530.820.3090 x420', 'US', ['+15308203090;ext=420']],
    ['no extension in what merely follows', '020 7946 0958, 45 days', 'GB', ['+442079460958']],
    ['behind a date', '25.08.2015 22:30 020 7946 0958', 'GB', ['+442079460958']],
    ['a Danish number that is no IP address', '33.12.45.67', 'DK', ['+4533124567']],
    ['what a label says is one', 'Phone: 2010-2015', 'DK', ['+4520102015']],
    ['a Niuean number, the shortest', '+683 4002', null, ['+6834002']],
  ])('%s', (_, text, region, numbers) => {
    expect(numbersIn(text, region)).toEqual(numbers);
  });
});

describe('readText rejects', () => {
  test.each([
    ['date', 'date', 'on 13-10-2015 at noon', 'US'],
    ['date and time', 'date', '25.08.2015 22:30', 'DE'],
    ['ISO date', 'date', '2015-10-13 10', 'US'],
    ['years', 'date', 'Team 2010-2015', 'DK'],
    ['IPv4 address', 'identifier', '192.168.100.1', 'GB'],
    ['coordinates', 'identifier', 'at 51.50732191, -0.12764741', 'NO'],
    ['ISBN', 'identifier', '978-3-16-148410-0', 'DE'],
    ['ISBN of old, by its name', 'identifier', 'ISBN 0-306-40615-2', 'US'],
    ['payment card, even with a label', 'identifier', 'Phone: 4111 1111 1111 1111', 'US'],
    ['tax number, by its name', 'identifier', 'NIP: 526 104 08 28', 'PL'],
    ['tax number, whose name ends like a label', 'identifier', 'P.I. 02099550010 - C.F. 80088230018', 'IT'],
    ['order number', 'identifier', 'Order no. 2125550123', 'US'],
    ['part of a word', 'identifier', 'user_2125550123', 'US'],
    ['part of a URL', 'identifier', 'see www.shop.test/p/2125550123', 'US'],
    ['pager', 'sequence', '35 36 37 38 39 40', 'DE'],
    ['counting', 'sequence', '1234567890', 'DE'],
    ['post codes', 'sequence', '80901 - 80962', 'US'],
    ['endless digits', 'sequence', '1 '.repeat(1_000), 'US'],
    ['no number of its region', 'invalid', '020 7946 0', 'US'],
    ['national without a region', 'no-region', '020 7946 0958', null],
  ] as const)('%s as %s', (_, reason, text, region) => {
    const { findings, rejected } = readText(text, { region });
    expect(findings).toEqual([]);
    expect(rejected[reason]).toBeGreaterThan(0);
  });
});

describe('G33: readText folds', () => {
  test.each([
    ['fullwidth', '（０２０）　７９４６－０９５８'],
    ['Arabic-Indic', '٠٢٠ ٧٩٤٦ ٠٩٥٨'],
    ['Persian', '۰۲۰ ۷۹۴۶ ۰۹۵۸'],
    ['Devanagari', '०२० ७९४६ ०९५८'],
    ['Bengali', '০২০ ৭৯৪৬ ০৯৫৮'],
    ['mathematical', '𝟎𝟐𝟎 𝟕𝟗𝟒𝟔 𝟶𝟿𝟻𝟾'],
    ['keycap', [...'02079460958'].map((digit) => `${digit}\ufe0f\u20e3`).join('')],
    ['struck through', [...'02079460958'].map((digit) => `${digit}\u0336`).join('')],
    ['zero-width space, joiners, word joiner', '0\u200b2\u200c0\u200d7\u20609460\ufeff958'],
    ['direction marks and soft hyphens', '\u200e020\u00ad7946\u200f\u202a0958\u202c'],
    ['no-break and thin spaces', '020\u00a07946\u20090958'],
    ['hyphens and dashes', '020\u20117946\u20130958'],
    ['a minus sign', '020\u22127946\u22120958'],
    ['an em dash of another kind', '020\ufe587946\ufe580958'],
    ['middle dots', '020·7946·0958'],
    ['a fullwidth plus', '＋44 20 7946 0958'],
    ['a subscript plus', '₊442079460958'],
    ['a small plus', '﹢44 20 7946 0958'],
  ])('%s digits or marks', (_, text) => {
    expect(numbersIn(text)).toEqual(['+442079460958']);
  });

  test('every decimal digit of Unicode, in tens', () => {
    const digits = Array.from({ length: 0x20000 }, (_, codePoint) => String.fromCodePoint(codePoint)).filter(
      (character) => /\p{Nd}/u.test(character),
    );
    expect(digits.length).toBeGreaterThan(600);
    for (let zero = 0; zero < digits.length; zero += 10) {
      const spelling = [...'02079460958'].map((digit) => digits[zero + Number(digit)]).join('');
      expect(numbersIn(spelling), `digits of U+${digits[zero]?.codePointAt(0)?.toString(16)}`).toEqual([
        '+442079460958',
      ]);
    }
  });

  // Circled digits number lists and notes: none of the 510 pages of the corpora has one, let alone a telephone number of them.
  test.each([
    ['the letter O for a zero', 'O2O 7946 O958'],
    ['superscripts', '⁰²⁰⁷⁹⁴⁶⁰⁹⁵⁸'],
    ['circled digits', '⓪②⓪⑦⑨④⑥⓪⑨⑤⑧'],
  ])('but not %s', (_, text) => {
    expect(numbersIn(text)).toEqual([]);
  });
});

describe('readText labels', () => {
  test.each([
    ['Tel. 020 7946 0958', 'phone'],
    ['Telefax: 020 7946 0958', 'fax'],
    ['Mobile 07400 123456', 'mobile'],
    ['факс 020 7946 0958', 'fax'],
    ['手机：07400 123456', 'mobile'],
    ['WhatsApp +44 7400 123456', 'whatsapp'],
    ['020 7946 0958 (fax)', 'fax'],
    ['020 7946 0958', null],
  ])('%s', (text, label) => {
    expect(readText(text, { region: 'GB' }).findings.map((finding) => finding.label)).toEqual([label]);
  });

  test('the second of a line by what stands between them', () => {
    const { findings } = readText('Tel 020 7946 0958 Fax 020 7946 0959', { region: 'GB' });
    expect(findings.map(({ label }) => label)).toEqual(['phone', 'fax']);
  });
});

test('I3: no way to print a finding shows its number', () => {
  const printed = JSON.stringify(readText('020 7946 0958', { region: 'GB' }));
  expect(printed).toContain('[phone]');
  expect(printed).not.toContain('7946');
});

test('I8: findings beyond the limit are cut, and the cut is recorded', () => {
  const text = '020 7946 0958\n020 7946 0959\n020 7946 0958\n020 7946 0960';
  expect(readText(text, { region: 'GB', maxFindings: 3 }).cuts).toEqual([]);
  const cut = readText(text, { region: 'GB', maxFindings: 2 });
  expect(cut.findings).toHaveLength(2);
  expect(cut.cuts).toEqual(['findings']);
});

describe('readText of a vCard', () => {
  const card = (...lines: string[]) => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n');
  const read = (...lines: string[]) =>
    readText(card(...lines), { region: null }).findings.map(({ number, label, source }) => [
      reveal(number),
      label,
      source,
    ]);

  test.each([
    ['of version 4', 'TEL;VALUE=uri;TYPE=work:tel:+44-20-7946-0958;ext=12', '+442079460958;ext=12', 'phone'],
    ['of version 3', 'TEL;TYPE=CELL,VOICE:+44 20 7946 0958', '+442079460958', 'mobile'],
    ['of version 2.1', 'TEL;WORK;FAX:+44 20 7946 0958', '+442079460958', 'fax'],
    ['in a group', 'item1.TEL:+44 (20) 7946 0958', '+442079460958', 'phone'],
    ['folded', 'TEL;TYPE=text:+44 20 79\r\n 46 09\r\n\t58', '+442079460958', 'sms'],
    ['that WhatsApp wrote', 'TEL;type=CELL;waid=442079460958:+44 20 7946 0958', '+442079460958', 'whatsapp'],
  ])('finds a telephone %s', (_, line, number, label) => {
    expect(read(line)).toEqual([[number, label, 'vcard']]);
  });

  test('takes the region of its addresses', () => {
    expect(read('ADR;TYPE=work:;;1 High Street;London;;SW1A 1AA;United Kingdom', 'TEL:020 7946 0958')).toEqual([
      ['+442079460958', 'phone', 'vcard'],
    ]);
  });

  test('passes over its other properties, photographs among them', () => {
    expect(
      read('NOTE:+44 20 7946 0958', 'UID:442079460958', `PHOTO:${'+442079460958'.repeat(200)}`, 'TEL:none'),
    ).toEqual([]);
  });

  test('says where each stands', () => {
    const text = `${card('TEL:+44 20 7946 0958')}${card('TEL:+44 20 7946 0959')}`;
    const places = readText(text, { region: null }).findings.map(({ offset }) => text.slice(offset, offset + 8));
    expect(places).toEqual(['TEL:+44 ', 'TEL:+44 ']);
  });
});

test('offsets count both characters of a line end', () => {
  const text = 'Shop\r\nand\r\nTel. +44 20 7946 0958';
  const [finding] = readText(text, { region: null }).findings;
  expect(text.slice(finding?.offset, (finding?.offset ?? 0) + (finding?.length ?? 0))).toBe('+44 20 7946 0958');
});
