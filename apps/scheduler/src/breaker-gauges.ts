import { breakerReasons } from '@numfleet/contracts';
import type { ServiceContext } from '@numfleet/service/run';
import { countBreakers, type Store } from '@numfleet/store';

/** Sets the gauges of breakers, also those that are at 0: a gauge keeps what it was set to last. */
export function createBreakerGauges({
  store,
  gauges,
}: {
  store: Store;
  gauges: ServiceContext['telemetry']['gauges'];
}) {
  return async function showBreakers(): Promise<void> {
    const counts = await countBreakers(store);
    for (const breaker of ['open', 'half-open'] as const) {
      for (const reason of breakerReasons) {
        const found = counts.find((one) => one.breaker === breaker && one.reason === reason);
        gauges.breakerHosts(breaker, reason, found?.hosts ?? 0);
      }
    }
  };
}
