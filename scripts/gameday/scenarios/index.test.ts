import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { scenarios } from './index.ts';

test('docs/gameday.md has rows for each scenario, in the order in which they are played', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../../docs/gameday.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (G\d\d) \|/gm)].map(([, id]) => id);
  expect([...new Set(rows)]).toEqual(scenarios.map(({ id }) => id));
});
