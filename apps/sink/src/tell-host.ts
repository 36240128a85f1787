import type { Emit } from '@numfleet/contracts';
import type { HostNews } from '@numfleet/store';

/** Tells what a committed result said about its host (G15). */
export function tellHost({ hostId, breaker, refused, whileOpen }: HostNews, emit: Emit): void {
  for (const reason of refused) emit({ type: 'host.refused', hostId, reason });
  if (breaker.from !== breaker.to) emit({ type: 'breaker.changed', hostId, ...breaker });
  if (whileOpen > 0) emit({ type: 'host.asked-while-open', hostId, requests: whileOpen });
}
