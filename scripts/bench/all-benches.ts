import type { Bench } from './bench.ts';
import { consoleLoad } from './benches/console.ts';
import { exportNumbers } from './benches/export.ts';
import { extract } from './benches/extract.ts';
import { queue } from './benches/queue.ts';

export const allBenches: readonly Bench[] = [queue, extract, exportNumbers, consoleLoad];
