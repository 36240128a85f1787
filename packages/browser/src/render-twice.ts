import type { RenderOutcome } from './browser-pool.ts';
import { isTimeForAnother, type RenderRequest } from './render-page.ts';

/**
 * Renders a page once more, afresh, where scripts or data of its own site broke off or were answered 5xx: without them it
 * may show nothing, and nothing tells that from a page without numbers. What fails that way mostly fails once. A page of
 * which it fails always costs twice, and is given as it is.
 */
export async function renderTwice(
  render: () => Promise<RenderOutcome>,
  request: RenderRequest,
  remainingMs: () => number,
): Promise<RenderOutcome> {
  const first = await render();
  if (first.kind === 'failed' || !first.failedRequests || !isTimeForAnother(request, remainingMs())) return first;
  try {
    const second = await render();
    return second.kind === 'rendered' && second.failedRequests <= first.failedRequests ? second : first;
  } catch (error) {
    if (request.signal?.aborted) throw error;
    return first;
  }
}
