import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNumfleet, type Numfleet, refusal } from './testing/numfleet.ts';

let numfleet: Numfleet;
beforeAll(async () => {
  numfleet = await createNumfleet();
});
afterAll(async () => await numfleet[Symbol.asyncDispose]());

const crawl = (...options: string[]) => ['crawl', 'http://shop.test/', '--purpose', 'test', ...options];

describe('bad input gets one line with a code, and exit code 2', () => {
  test.concurrent.each<[string, string[], string]>([
    ['a malformed URL', ['crawl', 'shop test', '--purpose', 'test'], 'url-malformed'],
    ['a second URL that is malformed', ['crawl', 'http://shop.test', 'http://[', '--purpose', 'test'], 'url-malformed'],
    ['a URL that is not on the web', ['crawl', 'ftp://shop.test/', '--purpose', 'test'], 'url-malformed'],
    [
      'a URL that is too long',
      ['crawl', `http://shop.test/${'a'.repeat(2_048)}`, '--purpose', 'test'],
      'url-malformed',
    ],
    ['no URL', ['crawl', '--purpose', 'test'], 'usage'],
    ['no purpose', ['crawl', 'http://shop.test/'], 'purpose-missing'],
    ['a blank purpose', ['crawl', 'http://shop.test/', '--purpose', ' '], 'purpose-missing'],
    ['a depth that is no number', crawl('--depth', 'deep'), 'usage'],
    ['a depth below 0', crawl('--depth', '-1'), 'usage'],
    ['a depth over its limit', crawl('--depth', '1001'), 'usage'],
    ['a depth that is empty', crawl('--depth', ''), 'usage'],
    ['no pages at all', crawl('--max-pages', '0'), 'usage'],
    ['a delay with a unit', crawl('--delay', '5s'), 'usage'],
    ['a time between visits without a unit', crawl('--every', '7'), 'usage'],
    ['a time between visits of two years', crawl('--every', '730d'), 'usage'],
    ['a retention of no days', crawl('--retention', '0'), 'usage'],
    ['an unknown scope', crawl('--scope', 'planet'), 'usage'],
    ['an unknown way to render', crawl('--render', 'sometimes'), 'usage'],
    ['a region that is no country', crawl('--region', 'XX'), 'usage'],
    ['a region by its domain', crawl('--region', 'UK'), 'usage'],
    ['an expression that is none', crawl('--allow', '('), 'usage'],
    ['an option without its value', crawl('--deny'), 'usage'],
    ['an unknown option', crawl('--fast'), 'usage'],
    ['an unknown option with a line break', crawl('--fa\nst'), 'usage'],
    ['an unknown command', ['fetch'], 'usage'],
    ['a command without its argument', ['pause'], 'usage'],
    ['a limit that is no number', ['limit', '1', '--max-pages', 'many'], 'usage'],
    ['no limit to change', ['limit', '1'], 'usage'],
    ['an argument too many', ['doctor', 'who'], 'usage'],
    ['an unknown format', ['numbers', '1', '--format', 'xml'], 'usage'],
    ['a reveal of numbers without a purpose', ['numbers', '1', '--reveal'], 'purpose-missing'],
    ['a reveal of a file without a purpose', ['extract', '-', '--reveal'], 'purpose-missing'],
    ['a region of a file that is no country', ['extract', '-', '--region', 'G8'], 'usage'],
    ['nothing to enqueue', ['enqueue', '1'], 'usage'],
    ['a malformed URL to enqueue', ['enqueue', '1', 'nowhere'], 'url-malformed'],
  ])('%s', async (_what, args, code) => {
    expect(await numfleet.run(args)).toEqual(refusal(code, 2));
  });

  test('the option that is wrong is named as it is typed', async () => {
    for (const option of ['--max-pages', '--address-concurrency', '--retention', '--delay', '--depth']) {
      expect((await numfleet.run(crawl(option, '9999999999999'))).stderr).toContain(` ${option}: `);
    }
  });
});

describe('a wrong configuration names the setting and what it expects, and not a secret', () => {
  test.concurrent.each<[string, Record<string, string>, string]>([
    ['a misspelt name', { NUMFLEET_CRAWLER: '3' }, 'NUMFLEET_CRAWLER: no such setting'],
    ['a number out of range', { NUMFLEET_CRAWLERS: '0' }, 'NUMFLEET_CRAWLERS: .*given: "0"'],
    ['a port that is none', { NUMFLEET_CONSOLE_PORT: 'http' }, 'NUMFLEET_CONSOLE_PORT: .*given: "http"'],
    ['a level that is none', { NUMFLEET_LOG_LEVEL: 'loud' }, 'NUMFLEET_LOG_LEVEL: .*given: "loud"'],
    ['a secret', { DATABASE_URL: 'mysql://me:hush@db/' }, 'DATABASE_URL: expected a postgres://'],
  ])('%s', async (_what, env, message) => {
    const run = await numfleet.run(['status'], { env });
    expect(run).toEqual(refusal('config-invalid', 2));
    expect(run.stderr).toMatch(new RegExp(message));
    expect(run.stderr).not.toContain('hush');
  });
});

describe('what is not there is said, and exits 1', () => {
  test.concurrent.each<[string, string[], string]>([
    ['a fleet to crawl with', crawl(), 'fleet-not-running'],
    ['a fleet to enqueue at', ['enqueue', '1', 'http://shop.test/'], 'fleet-not-running'],
    ['a fleet to pause', ['pause', '1'], 'fleet-not-running'],
    ['a file to read numbers from', ['extract', 'nowhere.html'], 'file-unreadable'],
    ['a file to read URLs from', ['enqueue', '1', '--file', 'nowhere.txt'], 'file-unreadable'],
  ])('%s', async (_what, args, code) => {
    expect(await numfleet.run(args)).toEqual(refusal(code, 1));
  });
});

test('help and version go to stdout and exit 0', async () => {
  const help = expect.stringMatching(/^Usage: numfleet /);
  expect(await numfleet.run(['--help'])).toEqual({ exitCode: 0, stdout: help, stderr: '' });
  expect(await numfleet.run([])).toEqual({ exitCode: 0, stdout: help, stderr: '' });
  expect(await numfleet.run(['crawl', '--help'])).toEqual({ exitCode: 0, stdout: help, stderr: '' });
  const version = expect.stringMatching(/^\d+\.\d+\.\d+\n$/);
  expect(await numfleet.run(['--version'])).toEqual({ exitCode: 0, stdout: version, stderr: '' });
});
