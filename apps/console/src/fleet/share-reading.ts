/**
 * One reading for all who ask within `ms` of its start: a hundred dashboards cost as much as one. Those who ask while it
 * goes on wait for it. A reading that fails is nobody's but theirs who waited.
 */
export function shareReading<T>(ms: number, now: () => Date, read: () => Promise<T>): () => Promise<T> {
  let shared: { at: number; reading: Promise<T> } | null = null;
  return () => {
    const at = now().getTime();
    if (shared !== null && at >= shared.at && at - shared.at < ms) return shared.reading;
    const started = { at, reading: read() };
    shared = started;
    started.reading.catch(() => {
      if (shared === started) shared = null;
    });
    return started.reading;
  };
}
