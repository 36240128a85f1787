import { type PageJob, type RenderDecision, type RenderReason, renderReasons } from '@numfleet/contracts';
import type { Reading } from './page-thread.ts';

/**
 * Whether a page wants a browser, once it was read as it was fetched. What its own form shows comes first; a page without
 * scripts is the same in a browser; of the others, those like it have shown it, or are to.
 */
export function decideRender(
  job: PageJob,
  reading: Pick<Reading, 'wantsBrowser' | 'hasScripts'> | null,
): RenderDecision {
  if (job.render !== 'auto') return job.render === 'always' ? 'asked' : 'forbidden';
  if (reading?.wantsBrowser) return 'form';
  if (!reading?.hasScripts) return 'no-scripts';
  const advice = job.hostContext.render?.advice ?? 'static';
  return ({ static: 'looks-whole', sample: 'sample', browser: 'host' } as const)[advice];
}

export function isRendering(decision: RenderDecision): decision is RenderReason {
  return (renderReasons as readonly string[]).includes(decision);
}
