import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumfleet, type Numfleet } from '../testing/numfleet.ts';
import { createDocumentThreads } from './document-threads.ts';

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

test('PDFs are read for their text and links; a broken one is told, and the others are read all the same', async () => {
  const folder = join(numfleet.home, 'pdfs');
  await mkdir(folder);
  await writeFile(join(folder, 'a.pdf'), writePdf(['Tel. 020 7946 0111', 'ISBN 0-306-40615-2'], 'tel:+442079460112'));
  await writeFile(join(folder, 'b.pdf'), '%PDF-1.7 and no more');
  await writeFile(join(folder, 'c.txt'), 'Tel. 020 7946 0113');
  const { exitCode, stdout, stderr } = await numfleet.run(['extract', folder, '--region', 'GB', '--json']);
  expect(findings(stdout).map((row) => [row.file.slice(folder.length + 1), row.number, row.label])).toEqual([
    ['a.pdf', '+44•••••••11', 'phone'],
    ['a.pdf', '+44•••••••12', 'phone'],
    ['c.txt', '+44•••••••13', 'phone'],
  ]);
  expect(stderr).toBe(`${join(folder, 'b.pdf')}: not read whole: it is broken, or needs a password\n`);
  expect(exitCode).toBe(3);
});

test('I6: a PDF that takes too long is given up, and its thread ended', async () => {
  const body = writePdf(Array<string>(300_000).fill('Tel. 020 7946 0114'), null);
  const document = { file: 'slow.pdf', url: null, contentType: null, body };
  const task = { documents: [document], options: { region: 'GB', isRevealed: false } };
  await using threads = createDocumentThreads(new AbortController().signal, 500);
  expect(await threads.runLimited('extractDocuments', task)).toBeNull();
  expect(threads.limited()).toBe(0);
});

test('--explain shows vCards and the text of PDFs', async () => {
  const [card, pdf] = [join(numfleet.home, 'card.vcf'), join(numfleet.home, 'text.pdf')];
  await writeFile(card, 'BEGIN:VCARD\nTEL:020 7946 0115\nEND:VCARD\n');
  await writeFile(pdf, writePdf(['Tel. 020 7946 0116'], null));
  for (const file of [card, pdf]) {
    const { stdout } = await numfleet.run(['extract', file, '--region', 'GB', '--explain']);
    expect(stdout).toMatch(/<mark class="found" title="\+44•+1[56] · (?:vcard|text) · GB by campaign/);
    expect(stdout).not.toMatch(/7946/);
  }
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

/** A page of lines in Helvetica, and a link. */
function writePdf(lines: readonly string[], link: string | null): Buffer {
  const content = `BT /F1 12 Tf 72 720 Td 14 TL ${lines.map((line) => `(${line}) Tj T*`).join(' ')} ET`;
  const annotations = link === null ? '' : ' /Annots [6 0 R]';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R${annotations} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    `<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (${link}) >> >>`,
  ];
  let pdf = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  return Buffer.from(`${pdf}${table}trailer << /Size ${size} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF`);
}
