/** Run by `startReader`: reads all pages with the extractor that it is told, as often as it is asked to. */
import { readPages } from './corpora.ts';
import { extractors } from './extractors.ts';
import type { Reading } from './start-reader.ts';

const extract = extractors[process.argv[2] as keyof typeof extractors];
const pages = readPages();

process.on('message', () => {
  const before = process.cpuUsage();
  const found = pages.reduce((sum, page) => sum + extract(page, null).length, 0);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ seconds: (user + system) / 1e6, found } satisfies Reading);
});
