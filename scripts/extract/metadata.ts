import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

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

/** The order of libphonenumber-js' types in its metadata. */
export const types = [
  'fixed_line',
  'mobile',
  'toll_free',
  'premium_rate',
  'personal_number',
  'voicemail',
  'uan',
  'pager',
  'voip',
  'shared_cost',
];
/** The `max` metadata of the libphonenumber-js that is installed. */
export function readMetadata(): { version: string; metadata: Metadata } {
  const require = createRequire(new URL('../../packages/extract/package.json', import.meta.url));
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(require.resolve(`libphonenumber-js/${file}`), 'utf8'));
  const { version } = read('package.json') as { version: string };
  return { version, metadata: read('metadata.max.json') as Metadata };
}
