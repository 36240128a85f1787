import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RobotsRule } from '@numfleet/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRobots, withholdDigits } from '../index.ts';
import { isAllowed } from '../rules-door.ts';

const allowed = (robots: string, path: string, agent = 'numfleet') =>
  isAllowed(parseRobots(robots, agent).rules, `http://shop.test${path}`);

const corpora = process.env.NUMFLEET_CORPORA ?? resolve(import.meta.dirname, '../../../../../shared/data');
const cases = resolve(corpora, 'cases/robots.jsonl');

describe.skipIf(!existsSync(cases) && process.env.CI !== 'true')('google/robotstxt’s expectations', () => {
  const rows = () =>
    readFileSync(cases, 'utf8')
      .trimEnd()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { test: string; robots: string; agent: string; url: string; allowed: boolean },
      );
  const wrong = (prefix: string) => {
    const chosen = rows().filter((row) => row.test.startsWith(prefix));
    expect(chosen.length).toBeGreaterThan(50);
    return chosen.filter((row) => isAllowed(parseRobots(row.robots, row.agent).rules, row.url) !== row.allowed);
  };

  test('I11: all that follow RFC 9309 hold', () => {
    expect(wrong('ID_')).toEqual([]);
  });

  test('of Google’s own leniency all hold but that /index.html stands for its folder', () => {
    expect(wrong('GoogleOnly_').map((row) => row.url)).toEqual(['http://foo.com/allowed-slash/']);
  });
});

describe('I11: robots.txt, groups', () => {
  test('ours is taken by its product token in any case and with any version, the others are not', () => {
    for (const agent of ['numfleet', 'NumFleet', 'Numfleet/0.1', 'numfleet (bot)']) {
      expect(allowed(`User-agent: ${agent}\nDisallow: /x`, '/x')).toBe(false);
    }
    for (const agent of ['numfleet-news', 'numfleetx', 'num', '']) {
      expect(allowed(`User-agent: ${agent}\nDisallow: /x`, '/x')).toBe(true);
    }
  });

  test('a named group replaces *, also where it is empty; groups of one agent are one', () => {
    expect(allowed('User-agent: *\nDisallow: /\n\nUser-agent: numfleet\n', '/x')).toBe(true);
    expect(allowed('User-agent: *\nDisallow: /\n\nUser-agent: numfleet\nDisallow: /y\n', '/x')).toBe(true);
    const merged =
      'User-agent: numfleet\nDisallow: /x\n\nUser-agent: *\nDisallow: /z\n\nUser-agent: numfleet\nDisallow: /y';
    expect(['/x', '/y', '/z'].map((path) => allowed(merged, path))).toEqual([false, false, true]);
  });

  test('crawl-delay is that of our group, bounded, and ends no run of agents (RFC 9309 §2.2.4)', () => {
    const delay = (robots: string) => parseRobots(robots).crawlDelayMs;
    expect(delay('User-agent: *\nCrawl-delay: 2.5\nDisallow:')).toBe(2_500);
    expect(delay('User-agent: numfleet\nDisallow:\nUser-agent: *\nCrawl-delay: 9')).toBeNull();
    expect(delay('User-agent: *\nCrawl-delay: 3\nCrawl-delay: 7')).toBe(7_000);
    expect(delay('User-agent: *\nCrawl-delay: 999999')).toBe(3_600_000);
    for (const nonsense of ['-1', 'ten', '1e9', '', '1.2.3'])
      expect(delay(`User-agent: *\nCrawl-delay: ${nonsense}`)).toBeNull();
    expect(allowed('User-agent: numfleet\nCrawl-delay: 1\nUser-agent: other\nDisallow: /', '/x')).toBe(false);
  });

  test('sitemaps belong to no group', () => {
    const text =
      'Sitemap: https://shop.test/a.xml\nUser-agent: other\nDisallow: /\nsitemap: https://shop.test/b.xml\nSitemap: nowhere';
    expect(parseRobots(text).sitemaps).toEqual(['https://shop.test/a.xml', 'https://shop.test/b.xml']);
  });
});

describe('I11: robots.txt, lines', () => {
  test.each([
    ['a byte order mark', '\uFEFFUser-agent: *\nDisallow: /x'],
    ['carriage returns', 'User-agent: *\rDisallow: /x\r'],
    ['DOS line ends', 'User-agent: *\r\nDisallow: /x\r\n'],
    ['comments', '# hello\nUser-agent: * # all\nDisallow: /x # secret'],
    ['spaces', '  User-agent  :  *  \n\tDisallow\t:\t/x\t'],
    ['empty lines within a group', 'User-agent: *\n\n\nDisallow: /x'],
    ['a misspelling', 'Useragent: *\nDissallow: /x'],
    ['no final line end, and a NUL', 'User-agent: *\nnoise\0\nDisallow: /x'],
  ])('with %s are read', (_, robots) => {
    expect(allowed(robots, '/x/y')).toBe(false);
    expect(allowed(robots, '/y')).toBe(true);
  });

  test('an HTML page has no rules', () => {
    const html =
      '<!doctype html><html><head><style>a{b: c}</style></head><body>User-agent of the year: Disallow!</body></html>';
    expect(parseRobots(html)).toEqual({ rules: [], crawlDelayMs: null, sitemaps: [] });
  });

  test('octets that are no UTF-8 match the path that has them', () => {
    const latin1 = Buffer.from('User-agent: *\nDisallow: /caf\u00e9', 'latin1');
    expect(isAllowed(parseRobots(latin1).rules, 'http://shop.test/caf%E9')).toBe(false);
    expect(allowed('User-agent: *\nDisallow: /café', '/caf%c3%a9')).toBe(false);
  });

  test('a prohibition holds however its characters are escaped; an allowance as written', () => {
    for (const path of ['/~joe', '/%7Ejoe', '/%7ejoe', '/~%6Aoe']) {
      expect(allowed('User-agent: *\nDisallow: /%7ejoe', path)).toBe(false);
      expect(allowed('User-agent: *\nDisallow: /~joe', path)).toBe(false);
    }
    const escapedSlash = 'User-agent: *\nDisallow: /a%2Fb';
    expect(allowed(escapedSlash, '/a%2fb')).toBe(false);
    expect(allowed(escapedSlash, '/a/b')).toBe(true);
    expect(allowed('User-agent: *\nDisallow: /a b', '/a%20b')).toBe(false);
    expect(allowed('User-agent: *\nDisallow: /\nAllow: /%7ejoe', '/%7Ejoe')).toBe(true);
  });

  test('robots.txt itself is always allowed', () => {
    expect(allowed('User-agent: *\nDisallow: /', '/robots.txt')).toBe(true);
    expect(allowed('User-agent: *\nDisallow: /', '/robots.txt?x')).toBe(false);
  });
});

describe('I8: a robots.txt without measure', () => {
  test('is read for 500 KiB, and half a line at the limit is none', () => {
    const head = 'User-agent: *\nDisallow: /x\n';
    const filler = '#'.repeat(512_000 - head.length - '\nAllow: /x/'.length);
    const robots = `${head}${filler}\nAllow: /x/public-only\nDisallow: /late`;
    expect(allowed(robots, '/x/secret')).toBe(false);
    expect(allowed(robots, '/late')).toBe(true);
    expect(parseRobots(`${head}${'#'.repeat(400_000)}\nDisallow: /early`).rules).toHaveLength(2);
  });

  test('loses no prohibition to its limits: too many rules forbid all, one too long forbids its beginning', () => {
    const many = Array.from({ length: 25_000 }, (_, i) => `Disallow: /${i}\n`).join('');
    expect(parseRobots(`User-agent: *\n${many}`).rules).toEqual([{ allow: false, pattern: '/' }]);
    const long = `/${'é'.repeat(3_000)}`;
    const { rules } = parseRobots(`User-agent: *\nDisallow: ${long}\nAllow: ${long}`);
    expect(rules).toHaveLength(1);
    expect(rules[0]?.pattern.length).toBeLessThanOrEqual(2_048);
    expect(isAllowed(rules, new URL(`http://shop.test${long}`).href)).toBe(false);
  });

  test('is matched in linear time', () => {
    const pattern = `/${'*a'.repeat(1_000)}*b`;
    const rules: RobotsRule[] = Array.from({ length: 200 }, () => ({ allow: false, pattern }));
    const started = performance.now();
    expect(isAllowed(rules, `http://shop.test/${'a'.repeat(2_000)}`)).toBe(true);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

/** The definition, word for word and without regard to time: does some way of reading the stars match a prefix? */
function naiveMatch(pattern: string, path: string): boolean {
  if (pattern === '' || pattern === '*$') return true;
  if (pattern === '$') return path === '';
  if (pattern.startsWith('*')) {
    return Array.from({ length: path.length + 1 }, (_, i) => i).some((i) =>
      naiveMatch(pattern.slice(1), path.slice(i)),
    );
  }
  return path !== '' && pattern[0] === path[0] && naiveMatch(pattern.slice(1), path.slice(1));
}

function naiveAllowed(rules: RobotsRule[], path: string): boolean {
  const matching = rules.filter(({ pattern }) => naiveMatch(pattern, path));
  const longest = Math.max(-1, ...matching.map(({ pattern }) => pattern.length));
  const deciding = matching.filter(({ pattern }) => pattern.length === longest);
  return deciding.length === 0 || deciding.some(({ allow }) => allow);
}

describe('I11: for all rules and paths', () => {
  const letters = (choices: string, maxLength: number) =>
    fc.array(fc.constantFrom(...choices), { maxLength }).map((chosen) => `/${chosen.join('')}`);
  const rule = fc.record({
    allow: fc.boolean(),
    pattern: fc.tuple(letters('ab/*', 8), fc.constantFrom('', '$')).map((parts) => parts.join('')),
  });

  test('the matcher agrees with the definition', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), letters('ab/', 8), (rules, path) => {
        expect(isAllowed(rules, `http://shop.test${path}`)).toBe(naiveAllowed(rules, path));
      }),
      { numRuns: 5_000 },
    );
  });

  test('what is written as a file is read as those rules', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), letters('ab/', 8), (rules, path) => {
        const lines = rules.map(({ allow, pattern }) => `${allow ? 'Allow' : 'Disallow'}: ${pattern}\n`);
        expect(allowed(`User-agent: numfleet\n${lines.join('')}`, path)).toBe(naiveAllowed(rules, path));
      }),
      { numRuns: 1_000 },
    );
  });

  test('no octets at all make the parser throw or exceed its bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (octets) => {
        for (const { pattern } of parseRobots(octets).rules) expect(pattern.length).toBeLessThanOrEqual(2_048);
      }),
    );
  });
});

describe('I3, I11: rules that may hold a number', () => {
  const withheld = (robots: string) => withholdDigits(parseRobots(robots).rules, (pattern) => /\d{7}/.test(pattern));
  const anyPath = fc
    .array(fc.constantFrom('a', '/', '%2B', '442079460958', '442079460959', '12'))
    .map((parts) => `/${parts.join('')}`);

  test('lose its digits, and with them no prohibition', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), anyPath)), anyPath, (lines, path) => {
        const robots = `User-agent: *\n${lines.map(([allow, rule]) => `${allow ? 'Allow' : 'Disallow'}: ${rule}`).join('\n')}`;
        const rules = withheld(robots);
        expect(rules.map(({ pattern }) => pattern).join('\n')).not.toMatch(/\d{7}/);
        if (!allowed(robots, path)) expect(isAllowed(rules, `http://shop.test${path}`)).toBe(false);
      }),
    );
  });

  test('forbid what is like them alone', () => {
    const rules = withheld('User-agent: *\nDisallow: /call/442079460958\nDisallow: /b/12\nAllow: /call/442079460958/x');
    expect(rules).toEqual([
      { allow: false, pattern: '/call/############' },
      { allow: false, pattern: '/b/12' },
    ]);
    const allows = (path: string) => isAllowed(rules, `http://shop.test${path}`);
    expect(['/call/442079460959', '/call/us', '/b/13', '/b/12'].map(allows)).toEqual([false, true, true, false]);
  });
});
