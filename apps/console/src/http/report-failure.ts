import { type Emit, errorCodeOf } from '@numfleet/contracts';

/** `route` is the route's pattern. */
export function reportFailure(emit: Emit, route: string, error: unknown): void {
  emit({ type: 'request.failed', route, code: errorCodeOf(error), error });
}
