import { expect, test } from 'vitest';
import { readPage } from './index.ts';

const mebibyte = 2 ** 20;

/** A gross bound and no benchmark: each of these takes well under a second here, and was quadratic or 12 s somewhere. */
test.each([
  ['single digits', '1 '],
  ['unclosed inline tags', '<b>1 '],
  ['unclosed blocks', '<p> a</p><div>'],
  ['unclosed foreign content', '<svg><style>'],
  ['unclosed comments', '<!-- 0207'],
  ['scripts in comments of scripts', '<script><!--<script>'],
  ['character references without an end', '&1'],
  ['unclosed attributes', '<a href="/'],
  ['unclosed properties', '<i itemprop=telephone>1'],
  ['templates', '<template>'],
  ['a tel: link of single digits', '1 ', '<a href="tel:'],
  ['a JSON-LD number of single digits', '1 ', '<script type="application/ld+json">{"telephone":"'],
  ['plus signs', '+'],
  ['brackets', '(1'],
  ['dates', '25.08.2015 22:30 '],
  ['combining marks', '1\u0301'],
  ['JSON-LD of brackets', '<script type="application/ld+json">[['],
])('I6: 1 MiB of %s is read in bounded time', { timeout: 30_000 }, (_, unit, before = '') => {
  const html = `${before}${unit.repeat(Math.ceil(mebibyte / unit.length))}"}</script>`;
  const started = performance.now();
  readPage(html, { url: 'https://shop.test/', region: 'US', maxFindings: 1_000, maxLinks: 1_000 });
  expect(performance.now() - started).toBeLessThan(5_000);
});
