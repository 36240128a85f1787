export type { BrowserState, PoolState } from './browser-holder.ts';
export { type BrowserPool, type BrowserPoolDeps, createBrowserPool, type RenderOutcome } from './browser-pool.ts';
export type { Chromium } from './chromium.ts';
export { findChromium } from './find-chromium.ts';
export type { RenderedPage, RenderRequest } from './render-page.ts';
export { reapLeftovers } from './run-folder.ts';
