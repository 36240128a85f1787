import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from './testing/checkout.ts';

const here = dirname(fileURLToPath(import.meta.url));
const libraries = join(here, '../../node_modules');

async function runTests(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'numfleet closing line '));
  try {
    symlinkSync(libraries, join(folder, 'node_modules'));
    mkdirSync(join(folder, 'tests'));
    const reporter = JSON.stringify(join(here, 'closing-line-reporter.ts'));
    writeFileSync(
      join(folder, 'vitest.config.ts'),
      `import { closingLineReporter } from ${reporter};
       export default { test: { include: ['tests/*.test.ts'], reporters: ['default', closingLineReporter(process)] } };`,
    );
    for (const [name, body] of Object.entries(files)) {
      writeFileSync(join(folder, 'tests', name), `import { beforeAll, describe, expect, it } from 'vitest';\n${body}`);
    }
    const { code, stdout } = await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], { cwd: folder });
    return { isSuccess: code === 0, lastLine: stdout.slice(stdout.trimEnd().lastIndexOf('\n') + 1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const passing = `it('a', () => expect(1).toBe(1));`;

test.concurrent.each([
  ['all pass', { 'a.test.ts': `${passing} it('b', () => expect(2).toBe(2));` }, true, '2 passed, 0 failed\n'],
  ['some are skipped', { 'a.test.ts': `${passing} it.skip('b', () => {});` }, true, '1 passed, 0 failed, 1 skipped\n'],
  ['one fails', { 'a.test.ts': `${passing} it('b', () => expect(1).toBe(2));` }, false, '1 passed, 1 failed\n'],
  [
    'a file cannot be loaded',
    { 'a.test.ts': passing, 'b.test.ts': `import './none.ts';` },
    false,
    '1 passed, 1 failed\n',
  ],
  [
    'a hook fails',
    { 'a.test.ts': `${passing} describe('x', () => { beforeAll(() => { throw new Error() }); it('b', () => {}); });` },
    false,
    '1 passed, 1 failed, 1 skipped\n',
  ],
  [
    'an error outside of any test',
    {
      'a.test.ts': `setTimeout(() => { throw new Error() }, 1); it('a', () => new Promise((end) => setTimeout(end, 50)));`,
    },
    false,
    '1 passed, 1 failed\n',
  ],
  ['nothing but skipped tests', { 'a.test.ts': `it.skip('a', () => {});` }, false, '0 passed, 1 failed, 1 skipped\n'],
  ['no test at all', {}, false, '0 passed, 1 failed\n'],
] as const)('the run ends with its closing line: %s', async (_title, files, isSuccess, lastLine) => {
  expect(await runTests(files)).toEqual({ isSuccess, lastLine });
});
