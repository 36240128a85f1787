import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

type TypeRow = [pattern: string, lengths?: number[]] | 0;
export type FormatRow = [pattern: string, format: string, leading?: string[], prefixRule?: string | 0];
export type PlanRow = {
  0: string;
  1: string | 0;
  2: string;
  3: number[];
  4: FormatRow[] | 0;
  5: string | 0;
  6: string | 0;
  7: string | 0;
  8: string | 0;
  10: string | 0;
  11: TypeRow[];
};
type Metadata = {
  country_calling_codes: Record<string, string[]>;
  countries: Record<string, PlanRow>;
  nonGeographic: Record<string, PlanRow>;
};

/** The `max` metadata of the libphonenumber-js that is installed, and the day of that release, `YYYY-MM-DD`. */
export function readMetadata(): { version: string; released: string; metadata: Metadata } {
  const { version } = JSON.parse(readPackaged('package.json')) as { version: string };
  const metadata = JSON.parse(readPackaged('metadata.max.json')) as Metadata;
  return { version, released: releaseDay(version), metadata };
}

function readPackaged(file: string): string {
  const require = createRequire(new URL('../../packages/extract/package.json', import.meta.url));
  // The changelog is not among its exports.
  return readFileSync(join(dirname(require.resolve('libphonenumber-js/package.json')), file), 'utf8');
}

/** The package holds no day but in the headings of its changelog: `1.13.16 / 10.11.2026`. */
function releaseDay(version: string): string {
  for (const [, of, day = '', month = '', year] of readPackaged('CHANGELOG.md').matchAll(
    /^(\d+\.\d+\.\d+) \/ (\d{1,2})\.(\d{1,2})\.(\d{4})/gm,
  )) {
    if (of === version) return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  }
  throw new Error(`The changelog of libphonenumber-js does not tell when ${version} was released.`);
}
