import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

let operated: TestConsole;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
});

afterAll(() => operated[Symbol.asyncDispose]());

test('the first page tells how to begin, then shows each campaign, escaped', async () => {
  expect((await operated.ask('GET', '/')).text).toContain('There is no campaign yet');
  await operated.campaign(['http://a.test/', 'http://b.test/'], {
    name: '<img src=x onerror=alert(1)>',
    purpose: `"'&`,
  });
  await operated.crawl([]);
  const { text, headers } = await operated.ask('GET', '/');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;');
  expect(text).toContain('&#34;&#39;&#38;');
  expect(text).not.toContain('<img');
  expect(text).toContain('<dt>done</dt><dd>2</dd>');
  expect(text).toContain('aria-valuenow="100"');
  expect(text).toContain('<meta http-equiv="refresh" content="2">');
});
