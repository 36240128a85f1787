import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tables } from './tables.ts';

test.each(tables)('$path is what "pnpm extract:tables" makes', ({ path, render }) => {
  expect(readFileSync(path, 'utf8')).toBe(render());
});
