import {
  type Emit,
  errorCodeOf,
  type FleetView,
  type HostView,
  type LastFailure,
  type LastFinding,
} from '@numfleet/contracts';
import { maskNumber, type UrlCodec } from '@numfleet/privacy';
import type { NumberVault } from '@numfleet/privacy/inside';
import { withDeadline } from '@numfleet/service';
import {
  type BusyHost,
  listBusyHosts,
  listCampaigns,
  listNewestFailures,
  listNewestSightings,
  listWorkers,
  type NewestFailure,
  type NewestSighting,
  type Store,
} from '@numfleet/store';
import type { BoardQueues } from '../bull-board.ts';
import type { Throughput } from './throughput.ts';

export interface FleetViewDeps {
  store: Store;
  queues: BoardQueues;
  queueBackend: FleetView['queueBackend'];
  vault: NumberVault;
  urls: UrlCodec;
  version: string;
  now: () => Date;
  emit: Emit;
}

/** A worker that was silent for longer, twelve reports, is taken for gone. */
const workerWithinMs = 60_000;

/** All that the dashboard shows. Numbers leave masked and URLs redacted, so that it is a look and no reveal (I3). */
export async function readFleetView(deps: FleetViewDeps, throughput: Throughput): Promise<FleetView> {
  const { store, queueBackend, version } = deps;
  const now = deps.now();
  const [campaigns, busy, sightings, failures, workers, queues] = await Promise.all([
    listCampaigns(store, { now, limit: 50 }),
    listBusyHosts(store, { now, limit: 50 }),
    listNewestSightings(store, 20),
    listNewestFailures(store, 20),
    listWorkers(store, { now, withinMs: workerWithinMs }),
    readQueues(deps),
  ]);
  return {
    at: now.toISOString(),
    version,
    queueBackend,
    campaigns,
    throughput: throughput.samples(),
    queues,
    hosts: busy.hosts.map(viewHost),
    hostsTotal: busy.total,
    workers,
    findings: (await Promise.all(sightings.map((sighting) => viewFinding(sighting, deps)))).flat(),
    failures: failures.map((failure) => viewFailure(failure, deps)),
  };
}

/** A queue that cannot be read just now is left out: what Postgres holds is worth seeing all the more then. */
async function readQueues({ queues, emit }: FleetViewDeps): Promise<FleetView['queues']> {
  const read = async (queue: BoardQueues['crawl'] | BoardQueues['results']) => {
    try {
      return [{ queue: queue.name, ...(await withDeadline(() => queue.depth(), 2_000)) }];
    } catch (error) {
      emit({ type: 'queue.error', queue: queue.name, error });
      return [];
    }
  };
  return (await Promise.all([read(queues.crawl), read(queues.results)])).flat();
}

function viewHost({ lastRequestAt, nextRequestAt, ...host }: BusyHost): HostView {
  return {
    ...host,
    lastRequestAt: lastRequestAt?.toISOString() ?? null,
    nextRequestAt: nextRequestAt?.toISOString() ?? null,
  };
}

/** One row that does not open must not take the dashboard away. */
async function viewFinding(sighting: NewestSighting, { vault, urls, emit }: FleetViewDeps): Promise<LastFinding[]> {
  const { blindIndex, ciphertext, wrappedKey, campaignId, url, at, ...rest } = sighting;
  try {
    const numbers = await vault.open(campaignId, wrappedKey);
    return [
      {
        ...rest,
        number: maskNumber(await numbers.decrypt(ciphertext, blindIndex)),
        campaign: campaignId,
        url: urls.redact(urls.fromWire(url)),
        at: at.toISOString(),
      },
    ];
  } catch (error) {
    emit({ type: 'request.failed', route: '/api/v1/fleet', code: errorCodeOf(error), error });
    return [];
  }
}

function viewFailure({ campaignId, pageId, url, code, at }: NewestFailure, { urls }: FleetViewDeps): LastFailure {
  return { campaign: campaignId, page: pageId, url: urls.redact(urls.fromWire(url)), code, at: at.toISOString() };
}
