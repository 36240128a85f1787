import type { AddressInfo } from 'node:net';
import { launchTestBrowser } from '@numfleet/browser/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startTestConsole, type TestConsole } from './test-console.ts';

/** A console that listens, its clock running, and a browser to look at it with. */
export interface DashboardLab extends AsyncDisposable {
  console: TestConsole;
  origin: string;
  /** What browsers said in their consoles: refusals of the content security policy, errors, failed requests. */
  complaints: string[];
  /** A page of a browser of its own, not signed in. */
  open(options?: BrowserContextOptions): Promise<Page>;
}

const waitMs = 8_000;

export async function startDashboardLab(adminUrl: string): Promise<DashboardLab> {
  await using stack = new AsyncDisposableStack();
  const operated = stack.use(await startTestConsole(adminUrl));
  const { status } = await operated.ask('GET', '/');
  if (status !== 200) throw new Error('The dashboard is not built: run `pnpm --filter @numfleet/console build`.');
  await operated.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = operated.app.server.address() as AddressInfo;
  const clock = setInterval(() => operated.pass(250), 250);
  stack.defer(() => clearInterval(clock));
  const browser = stack.use(await launchTestBrowser());
  const complaints: string[] = [];
  const held = stack.move();
  return {
    console: operated,
    origin: `http://127.0.0.1:${port}`,
    complaints,
    open: (options = {}) => openPage(browser, options, complaints),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Fills in the form that a browser without a session is sent to. */
export async function signIn(page: Page, lab: DashboardLab): Promise<void> {
  await page.goto(lab.origin);
  await page.getByLabel('Token').fill(lab.console.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
}

async function openPage(browser: Browser, options: BrowserContextOptions, complaints: string[]): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(waitMs);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return page;
}
