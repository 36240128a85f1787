import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLeakScanner } from './index.ts';

const numbers = ['+442079460123', '+12025550143', '+33199001234', '+493023125101', '+46846500405', '+61491570156'];
const scanner = createLeakScanner({ numbers });

const secret = '+442079460123';
const json = JSON.stringify({ telephone: secret });
const bytes = Buffer.from(json);
/** Long and varied enough that compression does not leave the digits as they are. */
const story = Buffer.from(
  `${Array.from({ length: 400 }, (_, index) => Math.sin(index).toString(36)).join(' ')} ${json.repeat(3)}`,
);
const utf16be = Buffer.from(json, 'utf16le').swap16();
const perCharacter = (form: (code: number) => string) => Array.from(secret, (c) => form(c.charCodeAt(0))).join('');
const hexCode = (code: number, width = 2) => code.toString(16).padStart(width, '0');
const inScript = (zero: number) => secret.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
const int64 = Buffer.alloc(8);
int64.writeBigInt64LE(442079460123n);
const double = Buffer.alloc(8);
double.writeDoubleBE(442079460123);

const planted: [name: string, text: string | Uint8Array, encoding: string][] = [
  ['E.164', secret, 'digits'],
  ['E.164 without the plus', '442079460123', 'digits'],
  ['E.164 among other digits', '99442079460123000', 'digits'],
  ['with 00', '00442079460123', 'digits'],
  ['national with the trunk zero', 'on 02079460123.', 'digits'],
  ['national without it', 'on 2079460123.', 'digits'],
  ['the last nine digits', 'ends in 079460123,', 'digits'],
  ['separated', '+44 (0)20-7946.0123', 'digits'],
  ['separated by quotes and commas', '["44","20","7946","0123"]', 'digits'],
  ['separated by a no-break space', '020\u00a07946\u00a00123', 'digits'],
  ['with zero-width characters', '+44\u200b20\u20607946\u00ad0123', 'digits'],
  ['reversed', '321064970244+', 'reversed'],
  ['reversed, national', 'no 32106497020.', 'reversed'],
  ['reversed and separated', '3210 6497 02 44', 'reversed'],
  ['reversed in base64', Buffer.from('tel: 321064970244+').toString('base64'), 'base64 > reversed'],
  ['UTF-16LE', Buffer.from('tel: +44 20 7946 0123', 'utf16le'), 'digits'],
  ['UTF-16BE', utf16be, 'digits'],
  ['UTF-32', Buffer.from(Array.from(secret).flatMap((c) => [0, 0, 0, c.charCodeAt(0)])), 'digits'],
  ['percent-encoded plus and spaces', 'q=%2B44%2020%207946%200123', 'escapes > digits'],
  ['percent-encoded digits', perCharacter((code) => `%${hexCode(code)}`), 'escapes > digits'],
  ['percent-encoded twice', perCharacter((code) => `%25${hexCode(code)}`), 'escapes > escapes > digits'],
  ['decimal character references', perCharacter((code) => `&#${code};`), 'escapes > digits'],
  ['hexadecimal character references', perCharacter((code) => `&#x${hexCode(code)};`), 'escapes > digits'],
  ['&nbsp;', '020&nbsp;7946&nbsp;0123', 'escapes > digits'],
  ['\\u escapes', perCharacter((code) => `\\u${hexCode(code, 4)}`), 'escapes > digits'],
  ['\\u escapes in JSON in JSON', perCharacter((code) => `\\\\u${hexCode(code, 4)}`), 'escapes > digits'],
  ['\\u{} escapes', perCharacter((code) => `\\u{${hexCode(code)}}`), 'escapes > digits'],
  ['\\x escapes', perCharacter((code) => `\\x${hexCode(code)}`), 'escapes > digits'],
  ['octal escapes', perCharacter((code) => `\\${code.toString(8).padStart(3, '0')}`), 'escapes > digits'],
  ['fullwidth digits', inScript(0xff10), 'escapes > digits'],
  ['Arabic-Indic digits', inScript(0x660), 'escapes > digits'],
  ['Devanagari digits', inScript(0x966), 'escapes > digits'],
  ['mathematical digits', inScript(0x1d7ce), 'escapes > digits'],
  ['escaped fullwidth digits', encodeURIComponent(inScript(0xff10)), 'escapes > escapes > digits'],
  [
    'fullwidth digits in GBK',
    Buffer.from(Array.from('2079460123').flatMap((c) => [0xa3, 0xb0 + Number(c)])),
    'escapes > digits',
  ],
  ...[0, 1, 2].map((shift): (typeof planted)[number] => [
    `base64 at alignment ${shift}`,
    Buffer.concat([Buffer.alloc(shift, 'x'), bytes]).toString('base64'),
    'base64 > digits',
  ]),
  ['base64url of separated digits', Buffer.from('tel: 020 7946 0123').toString('base64url'), 'base64 > digits'],
  ['base64 after other letters', `path/to/${bytes.toString('base64')}`, 'base64 > digits'],
  [
    'base64 in lines',
    Buffer.from('x'.repeat(50) + json)
      .toString('base64')
      .replace(/.{76}/g, '$&\r\n'),
    'base64 > digits',
  ],
  ['hex', bytes.toString('hex'), 'hex > digits'],
  ['bytea as text', `\\x${bytes.toString('hex').toUpperCase()}`, 'hex > digits'],
  ['a hex dump', bytes.toString('hex').replace(/../g, '$& '), 'hex > digits'],
  ['a C array', bytes.toString('hex').replace(/../g, '0x$&, '), 'hex > digits'],
  ['a printed Buffer', inspect(bytes), 'hex > digits'],
  ['a Buffer in JSON', JSON.stringify({ data: bytes }), 'byte list > digits'],
  ['a Uint8Array in JSON', JSON.stringify(new Uint8Array(bytes)), 'byte list > digits'],
  ['a 64-bit integer', Buffer.concat([Buffer.from('x'), int64]), 'integer'],
  ['a 64-bit integer, big-endian', Buffer.from(int64).reverse(), 'integer'],
  ['a double', double, 'integer'],
  ['gzip', Buffer.concat([randomBytes(1_000), gzipSync(story), randomBytes(1_000)]), 'gzip > digits'],
  ['gzip cut off', gzipSync(json + randomBytes(5_000).toString('hex')).subarray(0, 2_000), 'gzip > digits'],
  ['zlib', Buffer.concat([Buffer.from('log: '), deflateSync(story), randomBytes(100)]), 'zlib > digits'],
  ['zstd', Buffer.concat([Buffer.from('log: '), zstdCompressSync(story), randomBytes(100)]), 'zstd > digits'],
  ['gzip of gzip', gzipSync(gzipSync(story)), 'gzip > gzip > digits'],
  ['gzip of base64', gzipSync(bytes.toString('base64')), 'gzip > base64 > digits'],
  ['raw deflate in base64', deflateRawSync(story).toString('base64'), 'base64 > deflate > digits'],
  ['gzip in base64', gzipSync(story).toString('base64'), 'base64 > gzip > digits'],
];

describe('what it finds', () => {
  it.each(planted)('I3: %s', (_, text, encoding) => {
    expect(scanner.scanText('planted', text)).toMatchObject([{ label: 'planted', number: 0, encoding }]);
  });

  it('I3: a number anywhere in anything, in its plainest encoding, and where it stands', () => {
    const text = `${randomBytes(10_000).toString('latin1')} ${JSON.stringify({ a: secret })} ${bytes.toString('base64')}`;
    const raw = Buffer.from(text, 'latin1');
    expect(scanner.scanText('x', raw)).toEqual([
      { label: 'x', number: 0, encoding: 'digits', offset: raw.indexOf('442079460123') },
    ]);
    const escaped = Buffer.from(`%20%20%20${'-'.repeat(50)}%2B44%2020%207946%200123`);
    expect(scanner.scanText('x', escaped)[0]?.offset).toBe(escaped.indexOf('44%20'));
  });

  it('I3: every number of its list, each once', () => {
    const text = [...numbers, ...numbers].join('\n');
    expect(scanner.scanText('x', text).map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('I3: any valid-looking number, with any separators, in any chain of two encodings', () => {
    const digits = fc.stringMatching(/^[2-9][0-9]{10,12}$/);
    const wrap = fc.constantFrom<(text: Buffer) => Buffer>(
      (text) => text,
      (text) => Buffer.from(text.toString('base64')),
      (text) => Buffer.from(`<Buffer ${text.toString('hex')}>`),
    );
    const pack = fc.constantFrom<(text: Buffer) => Buffer>((text) => text, gzipSync, deflateSync, zstdCompressSync);
    fc.assert(
      fc.property(digits, fc.constantFrom('', ' ', '-', '.', ') '), wrap, pack, (number, gap, wrapped, packed) => {
        const text = packed(wrapped(Buffer.from(`before ${Array.from(number).join(gap)} after`)));
        expect(createLeakScanner({ numbers: [`+${number}`] }).scanText('x', text)).toHaveLength(1);
      }),
    );
  });

  it('looks across the edges of the pieces in which it reads large files', () => {
    const pieceEnd = 16 << 20;
    for (const place of [pieceEnd - 6, 2 * pieceEnd - (64 << 10) - 6]) {
      const file = Buffer.alloc(40 << 20, 'lorem ipsum ');
      file.write(secret, place);
      expect(scanner.scanText('large', file)).toMatchObject([{ number: 0, offset: place + 1 }]);
    }
  });
});

describe('what it leaves alone', () => {
  it('random bytes, UUIDs, times, counters and hashes', () => {
    const many = createLeakScanner({
      numbers: Array.from({ length: 500 }, (_, index) => `+4420794${String(60_000 + index)}`),
    });
    const lines = Array.from({ length: 50_000 }, (_, index) =>
      JSON.stringify({
        time: Date.now() + index,
        at: new Date(1_700_000_000_000 + index * 61_003).toISOString(),
        id: randomUUID(),
        job: `lease-${randomUUID()}`,
        hash: randomBytes(16).toString(index % 2 === 0 ? 'hex' : 'base64'),
        seconds: Math.random(),
        pid: index,
      }),
    );
    expect(many.scanText('random', randomBytes(16 << 20))).toEqual([]);
    expect(many.scanText('log', lines.join('\n'))).toEqual([]);
    expect(many.scanText('packed', gzipSync(lines.join('\n')))).toEqual([]);
  }, 60_000);

  it.each([
    ['another number', '+442079460124'],
    ['eight of its digits', 'ends in 79460123.'],
    ['its national digits within longer ones', '720794601239'],
    ['nine digits of a fraction', '{"seconds":0.079460123}'],
    ['its digits with words between', '44 and 2079 and 460123'],
    ['its reversed digits within longer ones', '732106497029'],
    ['its masked form', '+44 •••••••23'],
  ])('%s', (_, text) => {
    expect(scanner.scanText('x', text)).toEqual([]);
  });

  it('takes no longer for a byte of hostile text than for one of a log', () => {
    const rate = (text: string) => {
      const started = performance.now();
      scanner.scanText('x', text);
      return text.length / (performance.now() - started);
    };
    const size = 2 << 20;
    rate('{"level":30,"pid":12}\n'.repeat(50_000));
    const ordinary = rate('{"level":30,"pid":12}\n'.repeat(size / 22));
    const hostile = ['\\', '3', '33,', '%', '&#', '0 ', 'MDEyMzQ1Njc4OTAx\n', 'x\x9c', '"0":33,'];
    for (const unit of hostile) expect(rate(unit.repeat(size / unit.length))).toBeGreaterThan(ordinary / 20);
  }, 60_000);
});

describe('what it is told', () => {
  it('I3: reads folders to the bottom, follows no link, and says how much it has read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leak-'));
    try {
      await mkdir(join(folder, 'base', '16384'), { recursive: true });
      await writeFile(join(folder, 'base', '16384', '2608'), Buffer.concat([Buffer.alloc(8_192), Buffer.from(secret)]));
      await writeFile(join(folder, 'log'), 'nothing');
      await symlink(join(folder, 'base'), join(folder, 'link'));
      const fresh = createLeakScanner({ numbers });
      expect(await fresh.scanFiles(folder)).toEqual([
        { label: join(folder, 'base', '16384', '2608'), number: 0, encoding: 'digits', offset: 8_193 },
      ]);
      expect(fresh.scanned()).toEqual({ texts: 2, bytes: 8_192 + 13 + 7 });
      await expect(fresh.scanFiles([join(folder, 'none')])).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses a list in which there is nothing to find, and does not repeat what is wrong in it', () => {
    expect(() => createLeakScanner({ numbers: [] })).toThrow(RangeError);
    expect(() => createLeakScanner({ numbers: ['02079460123'] })).toThrow(/^number 0 of the list is not E.164/);
    expect(() => createLeakScanner({ numbers: ['+4412345'] })).toThrow(RangeError);
  });
});
