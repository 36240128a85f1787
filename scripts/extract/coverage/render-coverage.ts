import { dataVersions } from '@numfleet/extract/data-versions';
import { type Coverage, forms } from './measure-coverage.ts';

/** `docs/coverage.md`: recall by form, type and region, and every prefix that is missed. */
export function renderCoverage({ numbers, rows }: Coverage): string {
  const { libphonenumber, released, unicode } = dataVersions;
  const by = (key: (row: Coverage['rows'][number]) => string) => tally(rows, key);
  const regions = [...by(({ range }) => range.region)].filter(([, { found, all }]) => found < all);
  return `# Coverage

Made by \`pnpm docs:coverage\`. One number for every three digits that numbers of a region and type begin with, by the \`max\`
metadata of libphonenumber-js ${libphonenumber} (released ${released}; Unicode ${unicode}): ${numbers} numbers,
each in ${forms.length} written forms after “Tel:”, national ones in their region. Found means: to the digit.

What the metadata does not know yet is counted on live pages as \`unknown-prefix\` among the rejected candidates: an assigned
country code, a length that its numbers have, and no range. Its share rises as the metadata ages (G16); as a rule of Prometheus,
with \`time() - numfleet_numbering_metadata_released_timestamp_seconds\` for the age itself:

    sum(rate(numfleet_candidates_rejected_total{reason="unknown-prefix"}[1d])) / (sum(rate(numfleet_findings_total[1d]))
      + sum(rate(numfleet_candidates_rejected_total{reason="unknown-prefix"}[1d])))

${table(
  'form',
  by(({ form }) => form),
)}

${table(
  'type',
  by(({ range }) => range.type),
)}

## Regions in which some are missed

National numbers of fewer than seven digits are not looked for: they could be anything.

${table('region', new Map(regions.sort(([a], [b]) => (a < b ? -1 : 1))))}

## Prefixes that are missed

${missed(rows)}
`;
}

type Tally = Map<string, { found: number; all: number }>;

function tally(rows: Coverage['rows'], key: (row: Coverage['rows'][number]) => string): Tally {
  const counts: Tally = new Map();
  for (const row of rows) {
    const count = counts.get(key(row)) ?? { found: 0, all: 0 };
    count.all += 1;
    count.found += Number(row.isFound);
    counts.set(key(row), count);
  }
  return counts;
}

function table(name: string, counts: Tally): string {
  const lines = [...counts].map(
    ([key, { found, all }]) => `| ${key} | ${((100 * found) / all).toFixed(2)} | ${found} | ${all} |`,
  );
  return [`| ${name} | recall, % | found | of |`, '|---|---:|---:|---:|', ...lines].join('\n');
}

function missed(rows: Coverage['rows']): string {
  const prefixes = new Map<string, Set<string>>();
  for (const { range, form, isFound } of rows) {
    if (isFound) continue;
    const key = `${range.region}, ${range.type}, ${form}`;
    prefixes.set(key, (prefixes.get(key) ?? new Set()).add(range.prefix));
  }
  return [...prefixes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, all]) => `- ${key}: ${[...all].sort().join(' ')}`)
    .join('\n');
}
