import type { Sites } from '@numfleet/sites';

/** The hosts of the demo web without those that are there to be slow: a crawl of them takes a third of the time. */
export function quickHosts({ manifest }: Sites): Set<string> {
  const hostOf = (url: string) => new URL(url).host;
  const isSlow = ({ code }: { code?: string | undefined }) => /timeout|robots-unreachable|too-large/.test(code ?? '');
  const slow = new Set(['library.test', 'busy-bistro.test']);
  for (const page of manifest.pages) if (isSlow(page)) slow.add(hostOf(page.url));
  return new Set(manifest.pages.map(({ url }) => hostOf(url)).filter((host) => !slow.has(host)));
}
