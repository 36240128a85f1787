import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isDashboardBuilt } from './build-dashboard.mjs';
import { createCheckout } from './testing/checkout.ts';

test('the dashboard is built once, and again when its sources, its libraries or the build itself have changed', async () => {
  using checkout = createCheckout();
  const { root } = checkout;
  const built = () => readFileSync(join(root, 'apps/console/web/dist/index.html'), 'utf8');
  expect(await checkout.setUp({ NODE_ENV: 'development' })).toMatchObject({ code: 0 });
  expect(built()).toBe('first production');
  expect(isDashboardBuilt(root)).toBe(true);
  utimesSync(join(root, 'apps/console/web/index.html'), new Date(0), new Date(0));
  expect(isDashboardBuilt(root)).toBe(true);

  writeFileSync(join(root, 'packages/contracts/src/index.ts'), '');
  expect(isDashboardBuilt(root)).toBe(false);
  writeFileSync(join(root, 'apps/console/web/index.html'), 'second');
  expect((await checkout.setUp()).stderr).toMatch(/3\/4 packages .* already here.*\n.*4\/4 dashboard .* built/);
  expect(built()).toBe('second production');

  rmSync(join(root, 'apps/console/web/dist'), { recursive: true });
  expect(isDashboardBuilt(root)).toBe(false);
});

test('a dashboard that cannot be built fails the set-up by name and leaves nothing that looks built', async () => {
  using checkout = createCheckout();
  const { root } = checkout;
  const page = join(root, 'apps/console/web/index.html');
  writeFileSync(page, 'broken');
  const { code, stderr } = await checkout.setUp();
  expect(code).toBe(1);
  expect(stderr).toContain('numfleet: error [set-up-failed] building the dashboard with Vite failed');
  expect(readFileSync(join(root, '.runtime/set-up.log'), 'utf8')).toContain('PARSE_ERROR');
  expect(isDashboardBuilt(root)).toBe(false);

  writeFileSync(page, 'mended');
  expect(await checkout.setUp()).toMatchObject({ code: 0 });
  expect(existsSync(join(root, 'apps/console/web/dist/index.html'))).toBe(true);
});
