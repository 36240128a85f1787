import { useFleetClock } from '../fleet/clock.ts';
import { showCountdown } from '../parts/show-duration.ts';

/** How long until a host may be asked again (I7), running down before one's eyes. */
export function Countdown({ until }: { until: string | null }) {
  const now = useFleetClock(200);
  const left = until === null ? 0 : Date.parse(until) - now;
  return left <= 0 ? <span className="faint">now</span> : <time dateTime={until ?? ''}>{showCountdown(left)}</time>;
}
