import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import fc from 'fast-check';
import { type Logger, pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { captureLog } from './testing/captured-log.ts';

const digits = '442079460958';

const spellings: Record<string, string> = {
  plain: '+442079460958',
  grouped: '+44 (0)20 7946-0958'.replace('(0)', ''),
  percent: [...digits].map((digit) => `%3${digit}`).join(''),
  entity: [...digits].map((digit) => `&#${48 + Number(digit)};`).join(''),
  fullwidth: [...digits].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
  'JSON-escaped': [...digits].map((digit) => `\\u003${digit}`).join(''),
};

/** Every way by which text gets into a log line. */
const ways: Record<string, (logger: Logger, text: string) => void> = {
  message: (logger, text) => logger.info(`number ${text} found`),
  interpolation: (logger, text) => logger.info('number %s found', text),
  'interpolation in two halves': (logger, text) => logger.info('%s%s', text.slice(0, 9), text.slice(9)),
  'an interpolated object': (logger, text) => logger.info('got %o', { deep: { text } }),
  field: (logger, text) => logger.warn({ text }, 'found'),
  'a field with the name of an id': (logger, text) =>
    logger.warn({ pageId: text, jobId: text, seconds: text }, 'found'),
  'a nested field': (logger, text) => logger.warn({ a: [{ b: { c: text } }] }, 'found'),
  'the name of a field': (logger, text) => logger.warn({ [text]: 1 }, 'found'),
  URL: (logger, text) => logger.info({ url: `https://shop.test/call?n=${text}&x=1` }),
  headers: (logger, text) => logger.info({ headers: { 'x-callback': [`tel:${text}`] } }),
  'a request': (logger, text) =>
    logger.info({ method: 'GET', url: `/${text}`, headers: { from: text }, socket: {} }, 'in'),
  'an error': (logger, text) => logger.error(new Error(`no route to ${text}`)),
  'an error beside a message': (logger, text) => logger.error({ err: new Error(`no route to ${text}`) }, 'failed'),
  'a stack': (logger, text) =>
    logger.error(Object.assign(new Error('x'), { stack: `Error: x\n    at ${text} (a.ts:1:2)` })),
  'a cause': (logger, text) => logger.error(new Error('a', { cause: new Error('b', { cause: new Error(text) }) })),
  'an AggregateError': (logger, text) => logger.error(new AggregateError([new Error('a'), new Error(text)], 'both')),
  'a property of an error': (logger, text) =>
    logger.error(Object.assign(new Error('x'), { detail: `Key (n)=(${text})` })),
  "a child's bindings": (logger, text) => logger.child({ text }).info('found'),
  "a child's later bindings": (logger, text) => {
    const child = logger.child({});
    child.setBindings({ text });
    child.child({ more: 1 }).info('found');
  },
};

const cases = Object.entries(ways).flatMap(([way, log]) => {
  return Object.entries(spellings).map(([spelling, text]) => ({ way, spelling, log, text }));
});

describe('G13, I3: no number comes out of the log', () => {
  test.each(cases)('$spelling, by way of $way', ({ log, text }) => {
    const captured = captureLog();
    log(captured.logger, text);
    expect(captured.lines()).toHaveLength(1);
    expect(captured.text()).toContain('[phone]');
    expect(holds(captured.text())).toBe(false);
  });

  test.each(cases)(
    'negative control: plain pino lets it out, and this check sees it: $spelling, by way of $way',
    ({ log, text }) => {
      const written: string[] = [];
      log(pino({ level: 'trace' }, { write: (line) => void written.push(line) }), text);
      expect(holds(written.join(''))).toBe(true);
    },
  );

  test('a PhoneNumber, a JS number, a bigint and bytes', () => {
    const { logger, text, lines } = captureLog();
    const number = createPhoneNumber(`+${digits}`);
    logger.info(
      { number, list: [number], map: new Map([[number, `+${digits}`]]), set: new Set([digits]) },
      'a %s %o',
      number,
      number,
    );
    logger.info(
      { n: Number(digits), b: BigInt(digits), bytes: Buffer.from(digits) },
      '%d %s',
      Number(digits),
      Buffer.from(digits),
    );
    logger.info(number);
    expect(holds(text())).toBe(false);
    expect(lines()[0]).toMatchObject({
      number: '[phone]',
      list: ['[phone]'],
      map: [['[phone]', '[phone]']],
      set: ['[phone]'],
    });
    expect(lines()[1]).toMatchObject({ n: '[phone]', b: '[phone]', bytes: '[12 bytes]' });
    expect(lines()[2]).toMatchObject({ value: '[phone]' });
  });
});

describe('createLogger', () => {
  test('what one works with stays as it is', () => {
    const { logger, lines } = captureLog();
    const fields = {
      pageId: '1234567890123',
      jobId: 'lease-0190b6a2-7c1d-7f3e-9a41-5d2f8c7b6e10',
      bytes: 12_345_678,
      seconds: 0.123_456_789,
      at: new Date('2026-11-23T10:44:26.123Z'),
      rejected: { date: 7_654_321 },
      ok: true,
      nothing: null,
    };
    logger.info(fields, 'page %s of %d on 127.0.0.1:39011', '17', 500);
    expect(lines()[0]).toEqual({
      ...fields,
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      pid: process.pid,
      service: 'crawler',
      worker: 'crawler-1',
      seconds: 0.123,
      at: '2026-11-23T10:44:26.123Z',
      msg: 'page 17 of 500 on 127.0.0.1:39011',
    });
  });

  test('flat fields, which are copied in one pass, come out as others do', () => {
    const text = fc.oneof(
      fc.constantFrom('page.crawled', '+442079460958', '0123456789abcdef', 'postgres://a:hush@b', '１２３４５６７', ''),
      fc.stringMatching(/^[0-9a-f]{16}$/),
      fc.stringMatching(/^[0-9 .-]{0,12}$/),
      fc.string(),
    );
    const value = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(undefined), fc.constant(null));
    const key = fc.constantFrom('event', 'pageId', 'traceId', 'seconds', 'code', 'rejected', 'token', 'other');
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (fields) => {
        const { logger, lines } = captureLog();
        logger.info(fields, 'said');
        logger.info({ ...fields, deep: {} }, 'said');
        const [flat, { deep, ...other } = {}] = lines().map(({ time, ...line }) => line);
        expect(deep).toEqual({});
        expect(flat).toEqual(other);
      }),
      { numRuns: 500 },
    );
  });

  test('an error shows its type, code, stack and causes', () => {
    const { logger, lines } = captureLog();
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNREFUSED', syscall: 'connect' });
    logger.error(new Error('outer', { cause }));
    const stack = expect.stringContaining('create-logger.test.ts');
    const expected = { type: 'TypeError', code: 'ECONNREFUSED', message: 'inner', syscall: 'connect', stack };
    expect(lines()[0]).toMatchObject({
      msg: 'outer',
      err: { type: 'Error', message: 'outer', stack, cause: expected },
    });
  });

  test('credentials do not come out', () => {
    const { logger, text } = captureLog();
    logger.info(
      { headers: { Authorization: 'Bearer hush', cookie: 'hush' }, token: 'hush', db: { password: 'hush' } },
      'x',
    );
    logger.error(new Error('cannot reach postgres://numfleet:hush@127.0.0.1:5432/numfleet'));
    expect(text()).not.toContain('hush');
    expect(text()).toContain('postgres://numfleet:[secret]@127.0.0.1:5432/numfleet');
  });

  test('I8: a line is bounded in depth, breadth and length', () => {
    const { logger, text, lines } = captureLog();
    const deep = { below: {} };
    for (let i = 0, at = deep; i < 10_000; i += 1) at = at.below = { below: {} };
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]));
    logger.info(
      { deep, wide, list: Array.from({ length: 10_000 }, () => 'x'), long: 'x'.repeat(1_000_000) },
      'y'.repeat(1_000_000),
    );
    expect(lines()).toHaveLength(1);
    expect(text().length).toBeLessThan(20_000);
  });

  test('nothing that is logged makes a call throw, and each call writes one line', () => {
    const { logger, lines } = captureLog();
    const cyclic: Record<string, unknown> = { name: 'cyclic' };
    cyclic.self = cyclic;
    const throwing = {
      get a(): string {
        throw new Error('no');
      },
      b: 1,
    };
    const hostile = new Proxy({}, { get: () => expect.unreachable(), ownKeys: () => expect.unreachable() });
    const unprintable = { toString: () => expect.unreachable(), toJSON: () => expect.unreachable() };
    const odd = [
      cyclic,
      throwing,
      hostile,
      unprintable,
      Symbol('s'),
      () => 1,
      null,
      undefined,
      10n,
      Object.create(null),
      [cyclic],
    ];
    for (const value of odd) {
      logger.info({ value }, 'field');
      logger.info('interpolated %s %d %o %j', value, value, value, value);
      (logger.info as (value: unknown, message: string) => void)(value, 'first');
    }
    expect(lines()).toHaveLength(odd.length * 3);
    expect(lines()[0]).toMatchObject({ value: { name: 'cyclic', self: '[circular]' } });
    expect(lines()[3]).toMatchObject({ value: { a: '[unreadable]', b: 1 } });
    expect(JSON.stringify(lines())).not.toContain('could not be written');
  });
});

/** Whether the number can be read in a text by whoever decodes it; an own reading, which shares no code with redaction. */
function holds(text: string): boolean {
  const unescaped = text.replace(/\\+u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const decoded = unescaped
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  return decoded
    .normalize('NFKC')
    .replace(/[\s()+.-]/g, '')
    .includes(digits.slice(-7));
}
