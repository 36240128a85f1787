import type { Bench } from './bench.ts';
import { consoleLoad } from './benches/console.ts';
import { crawlAlways, crawlAuto, crawlNever } from './benches/crawl.ts';
import { exportNumbers } from './benches/export.ts';
import { extract } from './benches/extract.ts';
import { frontier } from './benches/frontier.ts';
import { latency } from './benches/latency.ts';
import { numbering } from './benches/numbering.ts';
import { privacy } from './benches/privacy.ts';
import { queue } from './benches/queue.ts';
import { soak } from './benches/soak.ts';

export const allBenches: readonly Bench[] = [
  queue,
  frontier,
  extract,
  numbering,
  exportNumbers,
  privacy,
  consoleLoad,
  crawlAlways,
  crawlNever,
  crawlAuto,
  latency,
  soak,
];
