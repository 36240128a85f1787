import Table from 'cli-table3';
import { forecastCrawl } from './model-crawl.ts';

/** `pnpm capacity`: the table of docs/capacity.md. */
const web = { pages: 1e9, hosts: 1e7, exponent: 1, delay: 1 };
const table = new Table({
  head: ['pages/s', 'pages a host, at most', 'pages crawled', 'days to half', 'to 99 %', 'to all', 'fleet idle'],
  style: { head: [], border: [] },
});
for (const rate of [500, 1_000, 4_000]) {
  for (const hostCap of [Number.POSITIVE_INFINITY, 1_000_000, 100_000]) {
    const { pages, days, idle } = forecastCrawl({ ...web, rate, hostCap });
    table.push([
      String(rate),
      Number.isFinite(hostCap) ? hostCap.toLocaleString('en-GB') : 'no limit',
      `${(pages / 1e6).toFixed(0)} million`,
      ...[days.half, days.most, days.all].map((figure) => figure.toFixed(1)),
      `${(idle * 100).toFixed(0)} %`,
    ]);
  }
}
process.stdout.write(`${table.toString()}\n`);
