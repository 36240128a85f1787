import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumfleet, type Numfleet } from '../testing/numfleet.ts';

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
  const common = {
    file,
    type: 'fixed_line',
    confidence: expect.any(Number),
    offset: expect.any(Number),
    length: expect.any(Number),
  };
  expect(findings(stdout)).toEqual([
    { ...common, number: '+33•••••••34', region: 'FR', source: 'tel', label: 'phone', evidence: null },
    { ...common, number: '+44•••••••01', region: 'GB', source: 'text', label: 'phone', evidence: 'campaign' },
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

test('folders, vCards, gzip and web archives are read, each page by its own address', async () => {
  const folder = join(numfleet.home, 'folder');
  await mkdir(join(folder, 'inner'), { recursive: true });
  await writeFile(join(folder, 'a.html.gz'), gzipSync('<p>Tel. +44 20 7946 0103'));
  await writeFile(join(folder, 'inner', 'b.txt'), 'Tel. +44 20 7946 0104 <p>');
  await writeFile(
    join(folder, 'inner', 'c.vcf'),
    'BEGIN:VCARD\nUID:442079460110\nTEL:+44 20 7946\n  0109\nEND:VCARD\n',
  );
  const archive = Buffer.concat([
    gzipSync(record('warcinfo', null, 'x')),
    gzipSync(
      record(
        'response',
        'https://shop.co.uk/020-7946-0199',
        `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Tel. 020 7946 0105`,
      ),
    ),
    gzipSync(
      record('response', 'https://shop.test/', `HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n+442079460106`),
    ),
    gzipSync(
      record(
        'response',
        'https://shop.test/',
        'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<p>+44 20 7946 0\r\n3\r\n107\r\n0\r\n\r\n',
      ),
    ),
  ]);
  await writeFile(join(folder, 'z.warc.gz'), archive);
  const { stdout, stderr } = await numfleet.run(['extract', folder, '--json']);
  expect(stderr).toBe('');
  expect(findings(stdout).map((row) => [row.file.slice(folder.length + 1), row.number, row.url ?? null])).toEqual([
    ['a.html.gz', '+44•••••••03', null],
    ['inner/b.txt', '+44•••••••04', null],
    ['inner/c.vcf', '+44•••••••09', null],
    ['z.warc.gz', '+44•••••••05', 'https://shop.co.uk/[phone]'],
    ['z.warc.gz', '+44•••••••07', 'https://shop.test/'],
  ]);
});

test('I3: --explain shows why, and no number plain', async () => {
  const input = '<p>Ring 020 7946 0108, not ISBN 0-306-40615-2 or 25.08.2015 22:30';
  const { stdout } = await numfleet.run(['extract', '-', '--region', 'GB', '--explain'], { input });
  expect(stdout).toContain('<mark class="found"');
  expect(stdout).toContain('identifier');
  expect(stdout).not.toMatch(/7946|40615/);
});

function record(type: string, url: string | null, block: string): string {
  const target = url === null ? '' : `WARC-Target-URI: ${url}\r\n`;
  return `WARC/1.1\r\nWARC-Type: ${type}\r\n${target}Content-Length: ${Buffer.byteLength(block)}\r\n\r\n${block}\r\n\r\n`;
}
