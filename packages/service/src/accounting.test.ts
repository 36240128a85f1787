import type { JobEnding } from '@numfleet/contracts';
import { expect, it } from 'vitest';
import { createAccounting } from './index.ts';

const take = { type: 'job.taken', queue: 'crawl', jobId: 'a' } as const;
const end = (ending: JobEnding) => ({ type: 'job.ended', queue: 'crawl', jobId: 'a', ending, seconds: 1 }) as const;

it('I9: what was taken equals what ended, by ending', () => {
  const accounting = createAccounting();
  for (const event of [take, take, take, end('done'), end('given-back'), end('dead-letter')]) accounting.observe(event);
  expect(accounting.report()).toEqual({
    taken: 3,
    endings: { done: 1, failed: 0, 'given-back': 1, 'dead-letter': 1 },
    difference: 0,
  });
});

it('I9: a job that never ended shows as a difference (negative control)', () => {
  const accounting = createAccounting();
  accounting.observe(take);
  expect(accounting.report().difference).toBe(1);
});
