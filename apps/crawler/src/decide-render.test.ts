import { randomUUID } from 'node:crypto';
import type { PageJob } from '@numfleet/contracts';
import { expect, test } from 'vitest';
import { decideRender } from './decide-render.ts';

type Advice = NonNullable<PageJob['hostContext']['render']>['advice'];

function job(render: PageJob['render'], advice?: Advice): PageJob {
  return {
    v: 1,
    kind: 'page',
    leaseToken: randomUUID(),
    url: { p: 'http://shop.test/' },
    deadlineMs: 1_000,
    delayMs: 0,
    pageId: '7',
    campaignId: '1',
    depth: 0,
    render,
    region: null,
    hostContext: { robots: [], ...(advice && { render: { kind: 3, advice } }) },
  };
}

const shell = { wantsBrowser: true, hasScripts: true };
const whole = { wantsBrowser: false, hasScripts: true };
const plain = { wantsBrowser: false, hasScripts: false };

test.each([
  ['asked', job('always', 'static'), plain],
  ['forbidden', job('never', 'browser'), shell],
  ['form', job('auto', 'static'), shell],
  ['looks-whole', job('auto', 'static'), whole],
  ['looks-whole', job('auto'), whole],
  ['sample', job('auto', 'sample'), whole],
  ['host', job('auto', 'browser'), whole],
  ['no-scripts', job('auto', 'browser'), plain],
  ['no-scripts', job('auto', 'sample'), plain],
] as const)('%s', (decision, given, reading) => {
  expect(decideRender(given, reading)).toBe(decision);
});
