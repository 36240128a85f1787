import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { reveal } from '@numfleet/privacy/reveal';
import { describe, expect, test } from 'vitest';
import { readPage, toUtf8 } from './index.ts';
import { addScores, readLabelledPages, scorePage } from './testing/labelled-pages.ts';
import { rightOnOtherPages } from './testing/other-pages-audit.ts';

const corpora = resolve(import.meta.dirname, '../../..', process.env.NUMFLEET_CORPORA ?? '../shared/data');
const isAbsent = !existsSync(resolve(corpora, 'pages'));
const anywhere = { url: 'file:///', maxFindings: 1_000, maxLinks: 2_000 };

describe.skipIf(isAbsent && !process.env.CI)(`corpora in ${corpora}`, () => {
  test('every real page is read', { timeout: 240_000 }, () => {
    const pages = ['readability', 'formasaurus', 'contacts'].flatMap((set) =>
      readdirSync(resolve(corpora, 'pages', set)).map((file) => resolve(corpora, 'pages', set, file)),
    );
    let links = 0;
    for (const page of pages) {
      const { utf8 } = toUtf8(gunzipSync(readFileSync(page)), null);
      links += readPage(utf8, { ...anywhere, url: 'https://shop.test/', region: null }).links.length;
    }
    expect(pages.length).toBeGreaterThan(500);
    expect(links).toBeGreaterThan(10_000);
  });

  test('the other pages: all that is found was judged', () => {
    const judged = rightOnOtherPages.flatMap(([page, ...endings]) => endings.map((ending) => `${page} ${ending}`));
    const found = ['readability', 'formasaurus'].flatMap((set) =>
      readdirSync(resolve(corpora, 'pages', set)).flatMap((file) => {
        const { utf8 } = toUtf8(gunzipSync(readFileSync(resolve(corpora, 'pages', set, file))), null);
        const { findings } = readPage(utf8, { ...anywhere, region: null, maxLinks: 0 });
        return findings.map(({ number }) => `${set}-${file.split('.')[0]} ${reveal(number).slice(-4)}`);
      }),
    );
    expect([...new Set(found)].sort()).toEqual(judged.sort());
  });

  // Floors a little under what was measured on 2026-11-23; `pnpm bench extract` prints the figures.
  test.each([
    ['told the region, labels audited', true, true, { recall: 0.98, precision: 0.985 }],
    ['told nothing, labels audited', false, true, { recall: 0.975, precision: 0.98 }],
    ['told nothing, labels as they are', false, false, { recall: 0.96, precision: 0.935 }],
  ])('labelled contact pages, %s', { timeout: 120_000 }, (name, isTold, audited, floor) => {
    const pages = readLabelledPages(corpora, { audited });
    const score = addScores(
      pages.map((page) => {
        const { utf8 } = toUtf8(page.body, null);
        const { findings } = readPage(utf8, { ...anywhere, region: isTold ? page.region : null, maxLinks: 0 });
        return scorePage(
          page,
          findings.map(({ number }) => reveal(number).split(';')[0] ?? ''),
        );
      }),
    );
    console.info(`contacts.jsonl, ${name}: ${JSON.stringify(score)}`);
    expect(score.recall).toBeGreaterThan(floor.recall);
    expect(score.precision).toBeGreaterThan(floor.precision);
  });
});
