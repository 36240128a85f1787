import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumfleet, type Numfleet } from './testing/numfleet.ts';

let numfleet: Numfleet;
let file: string;
beforeAll(async () => {
  numfleet = await createNumfleet();
  file = join(numfleet.home, 'page.html');
  await writeFile(file, '<p>Ring 020 7946 0101</p><a href="tel:+33199001234">Paris</a><!-- 020 7946 0999 -->');
});
afterAll(async () => await numfleet[Symbol.asyncDispose]());

const findings = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('the numbers of a file come masked, a line each', async () => {
  const { exitCode, stdout, stderr } = await numfleet.run(['extract', file, '--region', 'gb', '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const common = { file, type: 'fixed_line', confidence: expect.any(Number) };
  expect(findings(stdout)).toEqual([
    { ...common, number: '+33•••••••34', region: 'FR', source: 'tel', label: 'phone' },
    { ...common, number: '+44•••••••01', region: 'GB', source: 'text', label: null },
  ]);
});

test('for a purpose they come plain; - reads standard input', async () => {
  const args = ['extract', '-', '--region', 'GB', '--reveal', '--purpose', 'test', '--json'];
  const { stdout } = await numfleet.run(args, { input: 'Ring 020 7946 0102' });
  expect(findings(stdout)).toMatchObject([{ file: '-', number: '+442079460102' }]);
});

test('without --json a line is for people, and a file without numbers has none', async () => {
  const { stdout } = await numfleet.run(['extract', file, '--region', 'GB']);
  expect(stdout).toMatch(/^\+33•+34\tFR\tfixed_line\t.*page\.html\n\+44•+01\tGB\t.*\n$/);
  expect(await numfleet.run(['extract'], { input: 'nothing' })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});
