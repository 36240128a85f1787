export { type DecodedHtml, decodeHtml } from './decode-html.ts';
export type { Finding } from './findings.ts';
export { type PageReading, type ReadPageOptions, readPage } from './read-page.ts';
export { type ReadTextOptions, readText, type TextReading } from './read-text.ts';
export { isRegion } from './region.ts';
