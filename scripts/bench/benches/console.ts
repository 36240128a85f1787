import { startTestPostgres } from '@numfleet/embedded/testing';
import { sendMixedLoad } from '../../../apps/console/src/testing/mixed-load.ts';
import { spawnConsole } from '../../../apps/console/src/testing/spawn-console.ts';
import type { Bench } from '../bench.ts';

const mebibyte = 1_024 * 1_024;

/** Good and hostile requests, as the suite sends them for a few seconds. */
export const consoleLoad: Bench = {
  name: 'console',
  what: 'the HTTP API under 200 requests a second of which two thirds are to be refused',
  async run({ use, compare, note, signal }) {
    const { adminUrl } = use(await startTestPostgres());
    const spawned = use(await spawnConsole(adminUrl));
    const created = await fetch(`${spawned.origin}/api/v1/campaigns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${spawned.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ purpose: 'bench', seeds: ['http://load.test/'] }),
      signal,
    });
    const { campaign } = (await created.json()) as { campaign: string };
    const curves: string[] = [];
    await compare({
      figures: {
        rate: { unit: 'requests/s', better: 'higher' },
        p50: { unit: 'ms', better: 'lower' },
        p99: { unit: 'ms', better: 'lower' },
        failed: { unit: '5xx or broken', better: 'lower' },
      },
      variants: {
        mixed: async () => {
          const report = await sendMixedLoad(spawned, { perSecond: 200, requests: 4_000, campaign });
          const failed = Object.entries(report.statuses).filter(([status]) => status >= '500');
          curves.push(report.rss.map((bytes) => Math.round(bytes / mebibyte)).join(' '));
          return {
            rate: report.perSecond,
            p50: report.p50,
            p99: report.p99,
            failed: report.broken + failed.reduce((sum, [, count]) => sum + count, 0),
          };
        },
      },
      rounds: 3,
    });
    note(`RSS of the console, MiB, after each 200 requests: ${curves.join(' | ')}.`);
  },
};
