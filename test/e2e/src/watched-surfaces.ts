import { connect } from './databases.ts';
import { descendantsOf } from './live-processes.ts';
import { serviceLogs } from './service-logs.ts';
import type { FleetProcess } from './start-fleet-process.ts';

/** A text that the fleet shows or keeps, and where. */
export interface Surface {
  label: string;
  text: string;
}

/** Every row of the queues' database, as text. */
export async function queueRows(home: string): Promise<Surface[]> {
  await using queue = await connect(home, 'numfleet_queue');
  const tables = await queue.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const surfaces: Surface[] = [];
  for (const { name } of tables) {
    const rows = await queue.query<{ row: string }>(`select t::text as row from ${name} t`);
    surfaces.push(...rows.map(({ row }) => ({ label: `row of ${name}`, text: row })));
  }
  return surfaces;
}

const jobStates = ['latest', 'active', 'waiting', 'completed', 'failed', 'delayed', 'prioritized'];

/** What Bull Board shows: its page, its lists, and each job of them. */
export async function bullBoard({ api }: FleetProcess): Promise<Surface[]> {
  const lists = ['crawl', 'results'].flatMap((queue) =>
    jobStates.map((status) => `/queues/api/queues?activeQueue=${queue}&status=${status}&page=1&jobsPerPage=20`),
  );
  const surfaces = await pagesOf(api, ['/queues', '/queues/queue/crawl', ...lists]);
  const jobs = new Set(surfaces.flatMap(({ text }) => jobAddresses(text)));
  return [...surfaces, ...(await pagesOf(api, [...jobs].slice(0, 20)))];
}

/** What the console shows of a campaign that needs no reveal. */
export function apiAnswers({ api }: FleetProcess, campaign: string): Promise<Surface[]> {
  const of = `/api/v1/campaigns/${campaign}`;
  return pagesOf(api, ['/', '/api/v1/campaigns', of, `${of}/numbers`, '/api/v1/openapi.json']);
}

/** What each service answers on its admin port. */
export async function adminAnswers(home: string): Promise<Surface[]> {
  const surfaces: Surface[] = [];
  for (const [service, lines] of await serviceLogs(home)) {
    const port = lines.findLast((line) => line.event === 'service.started')?.adminPort;
    for (const path of ['/metrics', '/readyz', '/livez']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) });
      surfaces.push({ label: `${service} ${path}`, text: await response.text() });
    }
  }
  return surfaces;
}

/** Command lines and environments, which every user of the machine, or the fleet's own, can read. */
export async function processTable({ pid }: FleetProcess): Promise<Surface[]> {
  const processes = await descendantsOf(pid);
  return processes.map(({ command, environment }) => ({ label: command, text: `${command}\n${environment}` }));
}

async function pagesOf(api: FleetProcess['api'], paths: readonly string[]): Promise<Surface[]> {
  const surfaces: Surface[] = [];
  for (const path of paths) {
    const { status, text } = await api.get(path);
    // A job may have been removed since it was listed.
    if (status === 404 && path.includes('/api/queues/')) continue;
    if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
    surfaces.push({ label: path, text });
  }
  return surfaces;
}

function jobAddresses(text: string): string[] {
  if (!text.startsWith('{')) return [];
  const { queues = [] } = JSON.parse(text) as { queues?: { name: string; jobs: { id: string }[] }[] };
  return queues.flatMap(({ name, jobs }) => jobs.map(({ id }) => `/queues/api/queues/${name}/${id}`));
}
