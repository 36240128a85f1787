import { expect, test } from 'vitest';
import { forecastCrawl } from './model-crawl.ts';

const day = 86_400;
const model = { pages: 1e9, hosts: 1e7, exponent: 1, hostCap: Number.POSITIVE_INFINITY, delay: 1, rate: 1_000 };

test('hosts alike keep the whole fleet busy to the end', () => {
  const { pages, days, idle } = forecastCrawl({ ...model, exponent: 1e-9 });
  expect(pages / 1e9).toBeCloseTo(1, 1);
  expect(days.all).toBeCloseTo(1e9 / 1_000 / day, 0);
  expect(idle).toBeCloseTo(0, 2);
});

test('one host takes a delay a page, however large the fleet', () => {
  const { days, idle } = forecastCrawl({ ...model, pages: 1e6, hosts: 1 });
  expect(days.all).toBeCloseTo(1e6 / day, 1);
  expect(idle).toBeGreaterThan(0.99);
});

test('the pages add up, and a cap takes away the tail', () => {
  const all = forecastCrawl(model);
  expect(all.pages / 1e9).toBeCloseTo(1, 1);
  const capped = forecastCrawl({ ...model, hostCap: 100_000 });
  expect(capped.largestHost).toBe(100_000);
  expect(capped.days.all).toBeLessThan(all.days.all / 10);
  expect(capped.pages).toBeLessThan(all.pages);
});
