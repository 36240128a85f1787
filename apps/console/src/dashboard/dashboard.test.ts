import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { recordWorker } from '@numfleet/store';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type DashboardLab, signIn, startDashboardLab } from '../testing/dashboard-lab.ts';

let lab: DashboardLab;
let page: Page;

beforeAll(async () => {
  lab = await startDashboardLab(inject('postgresUrl'));
  page = await lab.open({ viewport: { width: 1280, height: 900 } });
});

afterAll(() => lab[Symbol.asyncDispose]());

const campaign = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
const button = (name: RegExp) => page.getByRole('button', { name });

test('whoever signs in by the form sees a fleet without campaigns, and the command that starts one', async () => {
  await signIn(page, lab);
  expect(new URL(page.url()).pathname).toBe('/');
  await page.getByText('./numfleet crawl https://your.example/').waitFor();
  await page.getByText('No process has reported itself').waitFor();
});

test('I3: a campaign appears and moves while pages are committed, its findings masked', async () => {
  const number = '+442079460958';
  await lab.console.campaign(['http://shop.test/', 'http://shop.test/tel/02079460958'], { name: 'shops' });
  await campaign('shops').getByText('2 queued').waitFor();

  await lab.console.crawl([createPhoneNumber(number)]);
  await campaign('shops').getByText('2 done').waitFor();
  await campaign('shops').getByText('0 queued').waitFor();
  const found = page.getByRole('region', { name: 'Last findings' });
  await found.getByText('+44•••••••58').first().waitFor();
  // What is redacted leads nowhere, so it is no link.
  await found.getByText('shop.test/tel/[phone]').waitFor();
  expect(await found.getByRole('link', { name: /phone/ }).count()).toBe(0);
  expect(await found.getByRole('link', { name: 'shop.test/', exact: true }).getAttribute('rel')).toContain(
    'noreferrer',
  );
  expect((await page.content()).replaceAll(/[^0-9a-z]/gi, '')).not.toContain('79460958');
});

test('I7: a host shows its clock running down', async () => {
  await lab.console.campaign(['http://slow.test/1', 'http://slow.test/2'], { name: 'slow', delayMs: 55_000 });
  await lab.console.crawl([]);
  const host = page.getByRole('row').filter({ hasText: 'slow.test' });
  await host.getByText('waiting').waitFor();
  const left = async () => Number.parseInt((await host.getByRole('time').textContent()) ?? '', 10);
  const before = await left();
  expect(before).toBeGreaterThan(30);
  await expect.poll(left, { timeout: 5_000 }).toBeLessThan(before);
});

test('a campaign is paused and resumed by its buttons, and cancelled only once that is confirmed', async () => {
  await button(/^Pause: slow/).click();
  await campaign('slow').getByText('paused').waitFor();
  await button(/^Resume: slow/).click();
  await campaign('slow').getByText('active').waitFor();

  await button(/^Cancel: slow/).click();
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await button(/^Cancel: slow/).click();
  await button(/^Cancel the campaign/).click();
  await campaign('slow').getByText('cancelled').waitFor();
  expect(await button(/: slow/).count()).toBe(0);
});

test('by keyboard alone: past the header, a campaign selected, findings narrowed to it', async () => {
  await page.reload();
  await campaign('shops').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('shops');
  for (let step = 0; step < 6 && (await page.locator(':focus').textContent()) !== 'slow'; step += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  expect(await page.locator(':focus').getAttribute('aria-pressed')).toBe('true');
  await page.getByText('Nothing found yet').waitFor();
});

test('a hidden tab asks nothing, and catches up when it is seen again', async () => {
  let asked = 0;
  page.on('request', () => {
    asked += 1;
  });
  await setHidden(true);
  await page.getByText('Paused', { exact: true }).waitFor();
  asked = 0;
  await page.waitForTimeout(1_500);
  expect(asked).toBe(0);
  await setHidden(false);
  await page.getByText('Live', { exact: true }).waitFor();
  expect(asked).toBeGreaterThan(0);
});

test('a crawler whose browsers have no sandbox is called out, and so is one that fell silent', async () => {
  const at = Date.parse((await lab.console.ask('GET', '/api/v1/fleet')).json().at);
  const counts = { jobsInFlight: 3, capacity: 8, taken: 12_345, ended: 12_342, rssBytes: 2 ** 28 };
  await recordWorker(lab.console.owner, {
    ...counts,
    name: 'crawler-with-a-long-name-1',
    app: 'crawler',
    startedAt: at - 60_000,
    at: at - 15_000,
    browsers: 2,
    browserPages: 3,
    sandboxed: false,
  });
  await page.getByText('the browsers of crawler-with-a-long-name-1 run without one').waitFor();
  await page.getByRole('row', { name: /crawler-with-a-long-name-1.*3 \/ 8.*no sandbox.*silent/s }).waitFor();
});

test('a phone shows it without scrolling sideways', async () => {
  const phone = await lab.open({ viewport: { width: 390, height: 844 }, isMobile: true, colorScheme: 'dark' });
  await signIn(phone, lab);
  await phone.getByRole('heading', { name: 'shops' }).waitFor();
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await phone.context().close();
});

test('it keeps to a policy without inline styles or scripts, and loads from its own origin alone', async () => {
  expect(lab.complaints).toEqual([]);
  // Control: what the policy forbids is refused and heard of.
  await page.evaluate(
    `document.body.insertAdjacentElement('beforeend', document.createElement('p')).setAttribute('style', 'color: red')`,
  );
  await expect.poll(() => lab.complaints.join()).toContain('Content Security Policy');
  lab.complaints.length = 0;
  await expect(page.evaluate(`document.body.innerHTML = '<p>markup</p>'`)).rejects.toThrow('sets no markup');
});

test('signing out ends the session', async () => {
  const other = await lab.open();
  await signIn(other, lab);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.waitForURL('**/login');
  await other.goto(lab.origin);
  expect(new URL(other.url()).pathname).toBe('/login');
  await other.context().close();
});

test('when the console dies the figures stay and are marked as stale', async () => {
  await lab.console.app.close();
  await page.getByText('Stale', { exact: true }).waitFor();
  await page.getByText('The console does not answer.').waitFor();
  expect(await campaign('shops').count()).toBe(1);
});

async function setHidden(hidden: boolean): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));`);
}
