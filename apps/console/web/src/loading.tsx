import type { FleetState } from './fleet/poll-fleet.ts';
import { Empty } from './parts/empty.tsx';

/** Until the first answer: that it is being waited for, or why none comes. */
export function Loading({ fleet }: { fleet: FleetState }) {
  if (fleet.link === 'signed-out') {
    return (
      <section className="panel whole">
        <Empty>
          You are signed out. <a href="/login">Sign in</a> to see the fleet.
        </Empty>
      </section>
    );
  }
  if (fleet.trouble !== null) {
    return (
      <section className="panel whole">
        <Empty command="./numfleet up">
          {fleet.trouble} It is asked again every two seconds. Is the fleet running?
        </Empty>
      </section>
    );
  }
  return (
    <section className="panel whole waiting" aria-busy="true">
      <Empty>Asking the fleet …</Empty>
    </section>
  );
}
