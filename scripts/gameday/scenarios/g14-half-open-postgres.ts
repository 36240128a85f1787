import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStore } from '@numfleet/store';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { createPreload } from '../inject/preload.ts';
import { startTcpProxy, type TcpProxy } from '../inject/tcp-proxy.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages, sumOverFleet } from './measure.ts';

interface PostgresField extends FleetField {
  /** Between every service and Postgres. */
  wire: TcpProxy;
}

/** Dead connections in the pool were found out by the jobs that took them. */
export const g14 = defineScenario<PostgresField>({
  id: 'G14',
  title: 'Connections to Postgres are cut half-open: no FIN, no RST',
  deadlineMs: 240_000,
  open: openThroughWire,
  faults: [cutting('while idle', 3_000, 40), cutting('with statements on their way', 0, 40)],
});

async function openThroughWire(): Promise<PostgresField> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'gameday-g14-'));
  stack.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const port = await freePort();
  // Postgres keeps the port of the last time.
  await mkdir(join(home, 'postgres'), { mode: 0o700 });
  await writeFile(join(home, 'postgres', 'port'), String(port));
  const wire = stack.use(await startTcpProxy({ port }));
  const { env } = createPreload(home, { from: port, to: wire.port });
  const field = stack.use(await openFleetField({ home, env: { ...env, NUMFLEET_CRAWLERS: '1' } }));
  // Every pool has connected, as it has in a fleet that worked a while ago.
  await endedPages(field.fleet, await crawl(field.fleet, pagesOf(field, 'warm', 20)), 30_000);
  const held = stack.move();
  return { ...field, wire, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function cutting(when: string, restMs: number, withinSeconds: number): Fault<PostgresField> {
  const metric = 'numfleet_connections_evicted_total';
  return {
    title: `connections are cut ${when}`,
    signal: {
      metric,
      labels: { reason: 'no-answer' },
      least: 1,
      // Looked at every 15 s, and given 5 s for an answer.
      withinSeconds: 22,
      elsewhere: { metric, labels: { reason: 'expired' } },
    },
    async inject(field, stop) {
      const failedBefore = await failures(field);
      const inWork = restMs === 0 ? await crawl(field.fleet, pagesOf(field, 'slow', 24)) : null;
      await sleep(restMs === 0 ? 1_500 : restMs, undefined, { signal: stop });
      const cut = field.wire.connections();
      for (const connection of cut) connection.set({ kind: 'half-open' });
      return {
        async hold() {
          const began = performance.now();
          // Work that comes while nobody knows yet.
          const campaign = inWork ?? (await askPatiently(() => crawl(field.fleet, pagesOf(field, 'plain', 24))));
          const pages = await endedPages(field.fleet, campaign, 90_000);
          const done = pages.filter(({ state }) => state === 'done').length;
          return [
            assertion('connections were cut', cut.length > 5, `${cut.length}`),
            assertion('every page is crawled', done === 24, `${done} of ${pages.length}`),
            ...(await sound(field, failedBefore)),
            atMost('from the cut to the last page', (performance.now() - began) / 1_000, withinSeconds, 's'),
          ];
        },
        async [Symbol.asyncDispose]() {
          for (const connection of cut) connection.cut('reset');
        },
      };
    },
    defenceOff: { title: 'a pool that does not look at its idle connections', run: withoutCheck },
  };
}

const pagesOf = ({ sites }: FleetField, name: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    sites.urlOf(name === 'slow' ? 'slow' : 'plain', `/${name}-${crypto.randomUUID()}-${index}`),
  );

/** The console may be the first to find its connections dead, and says so to who asks. */
async function askPatiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

const failures = (field: FleetField) =>
  sumOverFleet(field, { metric: 'numfleet_jobs_ended_total', labels: { ending: 'failed' } });

async function sound(field: FleetField, failedBefore: number): Promise<Assertion[]> {
  const lost = await sumOverFleet(field, { metric: 'numfleet_leases_expired_total', labels: { verdict: 'attempt' } });
  return [
    atMost('jobs that failed', (await failures(field)) - failedBefore, 0, 'jobs'),
    atMost('leases that cost an attempt', lost, 0, 'leases'),
  ];
}

/** On the same Postgres, over the same proxy, cut the same way. */
async function withoutCheck({ fleet, wire }: PostgresField): Promise<Assertion[]> {
  const url = new URL(await truthUrl(fleet.home));
  url.port = String(wire.port);
  const before = new Set(wire.connections());
  await using store = createStore({
    connectionString: url.href,
    applicationName: 'gameday',
    max: 1,
    idleCheckMs: 3_600_000,
    statementTimeoutMs: 500,
  });
  await store.query('select 1');
  for (const connection of wire.connections()) if (!before.has(connection)) connection.set({ kind: 'half-open' });
  const error = await store.query('select 1').then(
    () => null,
    (failure: { code?: string }) => failure.code ?? 'unknown',
  );
  return [assertion('no job fails', error === null, `the next statement: ${error ?? 'well'}`)];
}

async function truthUrl(home: string): Promise<string> {
  const passwords = JSON.parse(await readFile(join(home, 'postgres', 'passwords.json'), 'utf8')) as {
    postgres: string;
  };
  return `postgres://postgres:${passwords.postgres}@127.0.0.1/numfleet`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
