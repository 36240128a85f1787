export { type DecodedHtml, decodeHtml, toUtf8 } from './decode/decode-html.ts';
export type { Finding, Rejection } from './match/findings.ts';
export { type PageReading, type ReadPageOptions, readPage } from './read-page.ts';
export { type ReadTextOptions, readText, type TextReading } from './read-text.ts';
export type { RegionCounts } from './region/rank-regions.ts';
