import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { configurationPage } from './pages.ts';
import { renderConfiguration } from './render-configuration.ts';

it('docs/configuration.md says what the schema says; `pnpm docs:write` writes it anew', async () => {
  expect(await readFile(configurationPage, 'utf8')).toBe(renderConfiguration());
});
