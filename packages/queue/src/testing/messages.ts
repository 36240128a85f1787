import { randomUUID } from 'node:crypto';
import type { CrawlJob, CrawlResult } from '@numfleet/contracts';

export const job = (): CrawlJob => ({
  v: 1,
  kind: 'page',
  leaseToken: randomUUID(),
  url: { p: 'http://shop.test/' },
  deadlineMs: 1_000,
  delayMs: 0,
  pageId: '1',
  campaignId: '1',
  depth: 0,
  render: 'auto',
  region: null,
  hostContext: { robots: [] },
});

export const result = (links = 0): CrawlResult => ({
  v: 1,
  kind: 'page',
  leaseToken: randomUUID(),
  worker: 'crawler-1',
  requestedAt: 1,
  finishedAt: 2,
  retryAfterMs: null,
  pageId: '1',
  campaignId: '1',
  outcome: 'done',
  code: null,
  http: { status: 200, bytes: 1, rendered: false },
  cuts: [],
  links: Array.from({ length: links }, () => ({
    url: { p: `http://shop.test/${randomUUID()}/${randomUUID()}/${randomUUID()}` },
    via: 'link',
  })),
  sealed: null,
  findings: 0,
  rejected: {},
});
