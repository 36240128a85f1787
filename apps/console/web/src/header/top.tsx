import type { FleetState } from '../fleet/poll-fleet.ts';
import { LiveIndicator } from './live-indicator.tsx';
import markUrl from './mark.svg';
import { SignOut } from './sign-out.tsx';

const backends = { postgres: 'Queues on Postgres', redis: 'Queues on Redis' } as const;

/** Which fleet this is, whether its figures are fresh, and the ways out. */
export function Top({ fleet }: { fleet: FleetState }) {
  const { view } = fleet;
  return (
    <header className="top">
      <div className="brand">
        <img src={markUrl} alt="" width="28" height="28" />
        <h1>Numfleet</h1>
        <p className="note">{view === null ? '' : `${view.version} · ${backends[view.queueBackend]}`}</p>
      </div>
      <LiveIndicator fleet={fleet} />
      <nav aria-label="Console">
        <a href="/queues">Queues</a>
        <a href="/api/v1/openapi.json">OpenAPI</a>
        <SignOut />
      </nav>
    </header>
  );
}
