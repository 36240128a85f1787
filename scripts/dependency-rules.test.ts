import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Cruise {
  modules: { source: string; dependencies: unknown[] }[];
  summary: { totalCruised: number };
}

it('the dependency rules look at the real imports: a tool that reads no TypeScript would find no violation either', async () => {
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'apps/crawler/src/main.ts'];
  // The machine's own Node may be older than the one that runs this.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const options = { cwd: root, env, maxBuffer: 64 * 2 ** 20 };
  const { stdout } = await promisify(execFile)('node_modules/.bin/depcruise', args, options);
  const { modules } = JSON.parse(stdout) as Cruise;
  const sources = modules.map((module) => module.source);
  expect(sources).toContain('apps/crawler/src/crawl-page.ts');
  expect(sources).toContain('packages/egress/src/door.ts');
  expect(sources.filter((source) => source.startsWith('packages/store/'))).toEqual([]);
});
