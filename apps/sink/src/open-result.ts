import { errorCodeOf, type PageResult } from '@numfleet/contracts';
import type { PlainFinding } from '@numfleet/privacy';
import { openFindings } from '@numfleet/privacy/inside';

/** Stage 5.1: the findings of a result, null when its seal does not open for its page and lease. */
export type OpenResult = (result: PageResult) => Promise<PlainFinding[] | null>;

export function createOpenResult(deps: { privateKey: Uint8Array }): OpenResult {
  return async (result) => {
    if (result.sealed === null) return [];
    const context = { pageId: result.pageId, leaseToken: result.leaseToken };
    try {
      return await openFindings({ privateKey: deps.privateKey, context, sealed: result.sealed });
    } catch (error) {
      if (errorCodeOf(error) === 'seal-invalid') return null;
      throw error;
    }
  };
}
