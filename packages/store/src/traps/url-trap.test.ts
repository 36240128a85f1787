import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { urlShapeOf, urlTrapOf } from './url-trap.ts';

const now = new Date('2026-11-23T12:00:00Z');
const trapOf = (path: string) => urlTrapOf(new URL(path, 'http://shop.test'), now);
const shapeOf = (path: string) => urlShapeOf(new URL(path, 'http://shop.test'));

describe('a trap is known by the spelling of its URL', () => {
  test.each([
    ['/a/b/a/b/a/b', 'trap-path'],
    ['/shop/en/about/en/about/en/about/x', 'trap-path'],
    ['/x/x/x/x', 'trap-path'],
    [`/${'a/b/c/d/e/f/g/h/'.repeat(3)}`, 'trap-path'],
    [`/${Array.from({ length: 51 }, (_, n) => n).join('/')}`, 'trap-path'],
    ['/calendar/2029/01', 'trap-calendar'],
    ['/calendar/1989/12/', 'trap-calendar'],
    ['/events/2031-05-06', 'trap-calendar'],
    ['/events?date=2031-05', 'trap-calendar'],
    ['/events?view=month&year=1066&month=10', 'trap-calendar'],
    ['/events?date=20310506', 'trap-calendar'],
    ['/events/2031/05/06/summer-party', 'trap-calendar'],
    ['/list?f=a&f=a&f=a&f=a', 'trap-facets'],
    [`/list?${Array.from({ length: 31 }, (_, n) => `p${n}=1`).join('&')}`, 'trap-facets'],
    // What looks alike and is none.
    ['/', null],
    ['/a/b/a/b', null],
    ['/archive/11/11/11/', null],
    ['/a/b/c/a/d/c/a/e/c', null],
    ['/news/1988/04/02/mayor-opens-bridge', null],
    ['/calendar/2028/12', null],
    ['/calendar/1990/01', null],
    ['/roadmap/2035', null],
    ['/part/9999/12345', null],
    ['/catalogue/2150-04-x', null],
    ['/list?from=3000&to=4000&start=5000', null],
    ['/list?f=a&f=b&f=c&f=d&f=e', null],
    ['/tel/2079-460-958', null],
  ] as const)('%s is %s', (path, code) => {
    expect(trapOf(path)).toBe(code);
  });

  const segment = fc.stringMatching(/^[a-z0-9-]{1,6}$/);

  test('whatever goes in circles three times is found, wherever it begins, and once is none', () => {
    const distinct = fc.uniqueArray(segment, { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(distinct, fc.constantFrom('', '/index', '/de/start'), (circle, before) => {
        const turns = (count: number) => `${before}/${Array(count).fill(circle.join('/')).join('/')}`;
        expect(trapOf(turns(3))).toBe('trap-path');
        expect(trapOf(`${turns(3)}/x`)).toBe('trap-path');
        expect(trapOf(turns(1))).not.toBe('trap-path');
      }),
    );
  });

  test('every calendar ends, forwards and backwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_995, max: 2_028 }), fc.constantFrom(1, -1), (year, direction) => {
        let months = year * 12;
        let steps = 0;
        for (; trapOf(pathOfMonth(months)) === null; months += direction) steps += 1;
        expect(steps).toBeGreaterThan(0);
        expect(steps).toBeLessThanOrEqual(12 * 40);
      }),
      { numRuns: 30 },
    );
  });

  test('no URL takes long', () => {
    for (const piece of ['a/', 'a/b/', '2026/11/', '-', '&a=b', '1']) {
      const url = new URL(`http://shop.test/?${piece.repeat(200_000 / piece.length)}`);
      const path = new URL(`http://shop.test/${piece.repeat(200_000 / piece.length)}`);
      const before = process.threadCpuUsage();
      for (const one of [url, path]) [urlTrapOf(one, now), urlShapeOf(one)];
      expect(process.threadCpuUsage(before).user).toBeLessThan(1_000_000);
    }
  });
});

/** As the demo web's calendar has it. */
function pathOfMonth(months: number): string {
  return `/${Math.floor(months / 12)}/${String((months % 12) + 1).padStart(2, '0')}`;
}

describe('the shape of a URL', () => {
  test('is shared by what a site can make up without end', () => {
    const same = (...paths: string[]) => {
      const shapes = paths.map(shapeOf);
      expect(new Set(shapes.map((shape) => shape?.text)).size).toBe(1);
      return shapes[0];
    };
    expect(same('/list?page=1', '/list?page=999')).toMatchObject({ most: 20_000, code: 'trap-facets' });
    expect(same('/p/12?a=1&b=2&c=3', '/p/7?z=9&y=8&x=7&w=1')).toMatchObject({ most: 1_000, code: 'trap-facets' });
    expect(same('/cal/2026/11', '/cal/1999/1')).toMatchObject({ most: 400, code: 'trap-calendar' });
    expect(same('/cal?date=2026-11-23', '/cal?date=2027-01-01')).toMatchObject({ most: 400 });
    expect(shapeOf('/list?b=1&a=2')?.text).toBe(shapeOf('/list?a=3&b=4')?.text);
    expect(shapeOf('/list?a=1')?.text).not.toBe(shapeOf('/other?a=1')?.text);
  });

  test('pages without date and parameters have none', () => {
    for (const path of ['/', '/entry/7', '/news/2026/11/23/mayor-opens-bridge']) expect(shapeOf(path)).toBeNull();
  });

  test('I3: holds no digits that could be a number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z/=&-]{0,40}$/), (tail) => {
        expect(shapeOf(`/tel/02079460958?q=02079460958&n02079460958=1&${tail}`)?.text).not.toMatch(/\d\d/);
      }),
    );
  });
});
