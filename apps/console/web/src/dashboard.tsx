import type { FleetView } from '@numfleet/contracts';
import { useState, useSyncExternalStore } from 'react';
import { Campaigns } from './campaigns/campaigns.tsx';
import { Queues } from './charts/queues.tsx';
import { Throughput } from './charts/throughput.tsx';
import { Failures } from './findings/failures.tsx';
import { Findings } from './findings/findings.tsx';
import { ClockOffset } from './fleet/clock.ts';
import type { FleetPoll, FleetState } from './fleet/poll-fleet.ts';
import { Top } from './header/top.tsx';
import { Hosts } from './hosts/hosts.tsx';
import { Loading } from './loading.tsx';
import { Summary } from './summary.tsx';
import { Workers } from './workers/workers.tsx';

/** The whole page: the fleet as the console last told it. */
export function Dashboard({ poll }: { poll: FleetPoll }) {
  const fleet = useSyncExternalStore(poll.subscribe, poll.state);
  const { view, receivedAt } = fleet;
  const offset = view === null ? 0 : Date.parse(view.at) - receivedAt;
  return (
    <ClockOffset value={offset}>
      <a className="skip" href="#board">
        Skip to the campaigns
      </a>
      <Top fleet={fleet} />
      <main id="board" className={fleet.link === 'live' ? 'board' : 'board dated'} tabIndex={-1}>
        {view === null ? <Loading fleet={fleet} /> : <Board view={view} fleet={fleet} onChange={poll.refresh} />}
      </main>
    </ClockOffset>
  );
}

function Board({ view, fleet, onChange }: { view: FleetView; fleet: FleetState; onChange: () => void }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const selected = view.campaigns.some(({ campaign }) => campaign === chosen) ? chosen : null;
  const isShown = ({ campaign }: { campaign: string }) => selected === null || campaign === selected;
  const { history } = fleet;
  return (
    <>
      <Summary view={view} />
      <Campaigns
        campaigns={view.campaigns}
        history={history}
        selected={selected}
        onSelect={setChosen}
        onChange={onChange}
      />
      <Throughput view={view} history={history} selected={selected} />
      <Queues view={view} history={history} />
      <Hosts view={view} />
      <Workers view={view} />
      <Findings findings={view.findings.filter(isShown)} />
      <Failures failures={view.failures.filter(isShown)} />
    </>
  );
}
