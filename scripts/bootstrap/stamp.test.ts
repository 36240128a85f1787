import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isUpToDate, writeStamp } from './stamp.mjs';
import { createCheckout } from './testing/checkout.ts';

/** A checkout as a set-up leaves it, without having run one. */
function createStamped() {
  const checkout = createCheckout();
  const { root } = checkout;
  symlinkSync(process.execPath, join(root, '.runtime/bin/node'));
  mkdirSync(join(root, 'apps/cli/node_modules'));
  mkdirSync(join(root, 'node_modules/.pnpm/zod@4'), { recursive: true });
  writeFileSync(join(root, 'node_modules/.modules.yaml'), '{}');
  writeStamp(root);
  return checkout;
}

test('a stamped checkout is up to date, also when Git has given its files other times', () => {
  using checkout = createStamped();
  expect(isUpToDate(checkout.root)).toBe(true);
  for (const file of ['package.json', 'pnpm-lock.yaml', 'apps/cli/package.json']) {
    utimesSync(join(checkout.root, file), new Date(0), new Date(0));
  }
  expect(isUpToDate(checkout.root)).toBe(true);
});

test.each([
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'apps/cli/package.json',
  'node_modules/.numfleet-set-up',
  'node_modules/.modules.yaml',
])('a change to %s asks for a set-up', (file) => {
  using checkout = createStamped();
  appendFileSync(join(checkout.root, file), ' ');
  expect(isUpToDate(checkout.root)).toBe(false);
});

test.each([
  'pnpm-lock.yaml',
  '.runtime/bin/node',
  '.runtime/bin/pnpm',
  'node_modules',
  'node_modules/.pnpm',
  'node_modules/.pnpm/zod@4',
  'apps/cli/node_modules',
])('the loss of %s asks for a set-up', (path) => {
  using checkout = createStamped();
  rmSync(join(checkout.root, path), { recursive: true });
  expect(isUpToDate(checkout.root)).toBe(false);
});

test('another program behind the link to Node asks for a set-up, and so does a new room', () => {
  using checkout = createStamped();
  const { root } = checkout;
  rmSync(join(root, '.runtime/bin/node'));
  writeFileSync(join(root, '.runtime/bin/node'), 'another');
  expect(isUpToDate(root)).toBe(false);
  writeStamp(root);
  expect(isUpToDate(root)).toBe(true);
  mkdirSync(join(root, 'apps/new'));
  expect(isUpToDate(root)).toBe(true);
  writeFileSync(join(root, 'apps/new/package.json'), '{}');
  expect(isUpToDate(root)).toBe(false);
});

test('every folder of the real workspace is looked at', () => {
  const workspace = readFileSync(new URL('../../pnpm-workspace.yaml', import.meta.url), 'utf8');
  const listed = /^packages:\n((?: +- .*\n)+)/m.exec(workspace)?.[1]?.trimEnd().split('\n') ?? [];
  expect(listed.length).toBeGreaterThan(0);
  // The stamp reads lines of this form only.
  for (const line of listed) expect(line).toMatch(/^ +- +["']?[\w./-]+\/\*["']?$/);
});
