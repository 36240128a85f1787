import { setTimeout as sleep } from 'node:timers/promises';
import { leftovers, until } from '@numfleet/e2e';
import { type Sites, startSites } from '@numfleet/sites';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNumfleet, expectNothingLeft, type Numfleet } from './testing/numfleet.ts';

let sites: Sites;
let numfleet: Numfleet;
beforeEach(async () => {
  sites = await startSites();
  numfleet = await createNumfleet({ env: { NUMFLEET_EGRESS_HOSTS: sites.egressHosts } });
});
afterEach(async () => {
  await numfleet[Symbol.asyncDispose]();
  await sites[Symbol.asyncDispose]();
});

/** A calendar without end. */
const crawl = ['crawl', 'http://calendar.test/', '--purpose', 'test', '--depth', '1000', '--delay', '100', '--wait'];
// After robots.txt and a page. More of them may take long on a busy machine: a host that answers late is asked less often.
const isUnderWay = async () => sites.requests().length > 2;

test('Ctrl-C ends a crawl in order, with exit code 130; an echo of it changes nothing', async () => {
  const running = numfleet.start([...crawl, '--json']);
  await until('the crawl to be under way', 60_000, isUnderWay);
  running.kill('SIGINT');
  running.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running;
  const interrupted = 'numfleet: error [aborted] Interrupted.\n';
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 130, stdout: '', stderr: interrupted });
  await expectNothingLeft(numfleet.home);
});

test('I10: a second Ctrl-C means now, and what is left behind ends by itself', async () => {
  const running = numfleet.start([...crawl, '--json']);
  await until('the crawl to be under way', 60_000, isUnderWay);
  // Stops the sink, so that the orderly way out takes long.
  const sink = (await leftovers(numfleet.home)).processes.find(({ command }) => command.includes('apps/sink/'));
  process.kill(sink?.pid ?? 0, 'SIGSTOP');
  running.kill('SIGINT');
  await sleep(600);
  running.kill('SIGINT');
  const began = performance.now();
  expect((await running).exitCode).toBe(130);
  expect(performance.now() - began).toBeLessThan(1_000);
  await expectNothingLeft(numfleet.home);
});
