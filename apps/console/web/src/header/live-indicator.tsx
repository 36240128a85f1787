import { useFleetClock } from '../fleet/clock.ts';
import type { FleetState } from '../fleet/poll-fleet.ts';
import { showDuration } from '../parts/show-duration.ts';

const words = {
  connecting: 'Connecting',
  live: 'Live',
  stale: 'Stale',
  paused: 'Paused',
  'signed-out': 'Signed out',
} as const;

/** Whether what is seen is what is. A change is announced; the seconds that pass are not. */
export function LiveIndicator({ fleet }: { fleet: FleetState }) {
  return (
    <div className={`live ${fleet.link}`}>
      <strong role="status">{words[fleet.link]}</strong>
      <span className="live-detail">
        <Detail fleet={fleet} />
      </span>
    </div>
  );
}

function Detail({ fleet }: { fleet: FleetState }) {
  const now = useFleetClock(1_000);
  if (fleet.link === 'signed-out') return <a href="/login">Sign in again</a>;
  if (fleet.view === null) return fleet.trouble;
  const at = Date.parse(fleet.view.at);
  if (fleet.link === 'stale') return `${fleet.trouble} Last seen ${showDuration((now - at) / 1_000)} ago`;
  if (fleet.link === 'paused') return 'while this tab is hidden';
  return (
    <>
      <span className="roomy">updated </span>
      <time dateTime={fleet.view.at}>{new Date(at).toLocaleTimeString('en-GB')}</time>
    </>
  );
}
