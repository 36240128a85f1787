import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchTestBrowser } from '@numfleet/browser/testing';
import { startSites } from '@numfleet/sites';
import type { Page } from 'playwright-core';
import { killCrawler } from './kill-crawler.ts';
import { createCampaigns } from './picture-campaigns.ts';
import { startPictureFleet } from './picture-fleet.ts';

/** Takes the pictures of the docs from a running fleet, in the middle of two crawls of the demo web: `pnpm docs:screenshots`. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'docs', 'images');
await mkdir(folder, { recursive: true });

await using sites = await startSites({ extraPages: 900 });
await using fleet = await startPictureFleet({ root, egressHosts: sites.egressHosts });
await using browser = await launchTestBrowser();
const open = async (link: string, width: number, options: { isMobile?: boolean; colorScheme?: 'dark' } = {}) => {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: 'light', ...options });
  await page.goto(link);
  return page;
};

const dashboard = await open(fleet.links.console, 1280);
await createCampaigns(fleet, sites.seeds);
const queues = await open(fleet.links.queues, 1280);
// What is drawn over time has to have been watched for some time.
await dashboard.waitForTimeout(15_000);
await take('queues', queues, { height: 300 });
await dashboard.waitForTimeout(12_000);
await take('dashboard', dashboard, { height: 1120 });
await take('findings', dashboard, { height: 2_000, part: 'Last findings' });
await dashboard.close();
await take('dashboard-phone', await open(fleet.links.console, 390, { isMobile: true, colorScheme: 'dark' }), {
  height: 844,
});

await killCrawler(fleet.pid);
const failedJobs = encodeURIComponent('/queues/queue/crawl?status=failed');
const failed = await open(fleet.links.queues.replace(/next=.*/, `next=${failedJobs}`), 1280);
const firstJob = failed.locator('a[href*="/queue/crawl/"]').first();
// Its lock has to run out before the queue takes it for lost.
await firstJob.waitFor({ timeout: 120_000 });
await failed.goto(new URL((await firstJob.getAttribute('href')) ?? '', failed.url()).href);
// With the id of its trace.
await failed.getByRole('tab', { name: 'Data' }).click();
await take('failed-job', failed, { height: 520 });

/** A page in a window of that height; of it only the row that a part stands in, where one is named. */
async function take(name: string, page: Page, { height, part }: { height: number; part?: string }): Promise<void> {
  const width = page.viewportSize()?.width ?? 1280;
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(1_500);
  const box = part === undefined ? null : await page.getByRole('region', { name: part, exact: true }).boundingBox();
  const clip = { x: 0, y: (box?.y ?? 0) - (box ? 16 : 0), width, height: box ? box.height + 32 : height };
  await page.screenshot({ path: path.join(folder, `${name}.png`), clip });
}
