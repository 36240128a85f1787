import { gzipSync } from 'node:zlib';
import { connect, crawledPages, type FleetProcess, type ServedPage } from './src/index.ts';

const page = (body: string): ServedPage => ({ contentType: 'text/html', body });
const file = (body: ServedPage['body']): ServedPage => ({ contentType: 'application/octet-stream', body });
const listing = (root: string, entry: string, urls: readonly string[]) =>
  `<${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.map((url) => `<${entry}><loc>${url}</loc></${entry}>`).join('')}</${root}>`;

/** Nothing is linked: what robots.txt names is an index, of a packed sitemap, one of text, and one that is not there. */
export const mappedSite = new Map<string, ServedPage>([
  ['http://mapped.test/', page('Nothing to see here.')],
  ['http://mapped.test/robots.txt', { contentType: 'text/plain', body: 'Sitemap: http://mapped.test/maps/index.xml' }],
  [
    'http://mapped.test/maps/index.xml',
    file(
      listing(
        'sitemapindex',
        'sitemap',
        ['a.xml.gz', 'b.txt', 'gone.xml'].map((name) => `http://mapped.test/maps/${name}`),
      ),
    ),
  ],
  [
    'http://mapped.test/maps/a.xml.gz',
    file(
      gzipSync(listing('urlset', 'url', ['http://mapped.test/a1', 'http://mapped.test/a2', 'http://other.test/a3'])),
    ),
  ],
  [
    'http://mapped.test/maps/b.txt',
    { contentType: 'text/plain', body: 'http://mapped.test/b1\nhttp://mapped.test/a1\n' },
  ],
  ...['a1', 'a2', 'b1'].map((name): [string, ServedPage] => [`http://mapped.test/${name}`, page(`Page ${name}.`)]),
]);

/** What is to become of each URL of it. */
export const mappedPages = [
  'http://mapped.test/ done',
  'http://mapped.test/a1 done',
  'http://mapped.test/a2 done',
  'http://mapped.test/b1 done',
  'http://mapped.test/maps/a.xml.gz done',
  'http://mapped.test/maps/b.txt done',
  'http://mapped.test/maps/gone.xml no-sitemap',
  'http://mapped.test/maps/index.xml done',
  'http://mapped.test/sitemap.xml no-sitemap',
  'http://other.test/a3 out-of-scope',
];

/** Crawls it, and tells what became of each URL, and where the fleet says that the host is. */
export async function crawlMapped({ api, home }: FleetProcess): Promise<{ pages: string[]; addresses: unknown[] }> {
  const campaign = await api.createCampaign({
    ...{ name: 'mapped', purpose: 'reading sitemaps', seeds: ['http://mapped.test/'], sitemaps: true },
    ...{ delayMs: 0, domainConcurrency: 1, render: 'never', retentionDays: 1 },
  });
  await api.finished(campaign, { withinMs: 90_000 });
  const pages = await crawledPages(home, campaign);
  await using truth = await connect(home, 'numfleet');
  const addresses = await truth.query("select host(address) as address from hosts where host = 'mapped.test'");
  return { pages: pages.map(({ url, state, code }) => `${url} ${code ?? state}`).toSorted(), addresses };
}
