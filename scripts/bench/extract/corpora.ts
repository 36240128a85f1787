import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The real pages and labelled cases that the tests use too; they belong to their sites and are not part of the project. */
export const corpora = resolve(import.meta.dirname, '../../..', process.env.NUMFLEET_CORPORA ?? '../shared/data');

export function hasCorpora(): boolean {
  return existsSync(resolve(corpora, 'pages'));
}

/** All pages, in their original bytes. */
export function readPages(): Uint8Array[] {
  return ['readability', 'formasaurus', 'contacts'].flatMap((set) =>
    readdirSync(resolve(corpora, 'pages', set)).map((file) =>
      gunzipSync(readFileSync(resolve(corpora, 'pages', set, file))),
    ),
  );
}

export function readLines<Row>(path: string): Row[] {
  return readFileSync(resolve(corpora, path), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}
