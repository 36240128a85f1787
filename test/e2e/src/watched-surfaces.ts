import type { ConsoleApi } from './console-api.ts';
import { connect } from './databases.ts';
import { descendantsOf } from './live-processes.ts';
import { serviceLogs } from './service-logs.ts';

/** A text that the fleet shows or keeps, and where. */
export interface Surface {
  label: string;
  text: string;
}

/** Every row of the queues' database, as text. */
export function queueRows(home: string): Promise<Surface[]> {
  return databaseRows(home, 'numfleet_queue');
}

/** Every row of a database, as text: what a full dump of it holds. */
export async function databaseRows(home: string, database: string): Promise<Surface[]> {
  await using admin = await connect(home, database);
  const tables = await admin.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`,
  );
  const surfaces: Surface[] = [];
  for (const { name } of tables) {
    const rows = await admin.query<{ row: string }>(`select t::text as row from ${name} t`);
    surfaces.push(...rows.map(({ row }) => ({ label: `row of ${name}`, text: row })));
  }
  return surfaces;
}

const jobStates = ['latest', 'active', 'waiting', 'completed', 'failed', 'delayed', 'prioritized'];

/** What Bull Board shows: its page, its lists, and each job of them. */
export async function bullBoard({ api }: { api: ConsoleApi }): Promise<Surface[]> {
  const lists = ['crawl', 'results'].flatMap((queue) =>
    jobStates.map((status) => `/queues/api/queues?activeQueue=${queue}&status=${status}&page=1&jobsPerPage=20`),
  );
  const surfaces = await pagesOf(api, ['/queues', '/queues/queue/crawl', ...lists]);
  const jobs = new Set(surfaces.flatMap(({ text }) => jobAddresses(text)));
  return [...surfaces, ...(await pagesOf(api, [...jobs].slice(0, 20)))];
}

/** What the console shows of a campaign that needs no reveal. */
export function apiAnswers({ api }: { api: ConsoleApi }, campaign: string): Promise<Surface[]> {
  return pagesOf(api, looksAt(campaign));
}

/** What the console says of a campaign to somebody, refusals and errors included, but for what a reveal gives. */
export async function consoleAnswers(
  api: ConsoleApi,
  { campaign, sensitiveUrl }: { campaign: string; sensitiveUrl: string },
): Promise<Surface[]> {
  const number = new URL(sensitiveUrl).pathname.split('/').at(-1) ?? '';
  const errors = [`/api/v1/campaigns/${number}`, `/${number}`, `/queues/api/queues/crawl/${number}`];
  const posts = [
    ['/api/v1/pages/find', { url: sensitiveUrl }],
    ['/api/v1/campaigns', { purpose: 'a test', seeds: [`tel:${number}`], region: number }],
    [`/api/v1/campaigns/${campaign}/numbers/reveal`, { purpose: '', number }],
  ] as const;
  const surfaces: Surface[] = [];
  const note = (label: string, { status, text }: { status: number; text: string }) =>
    surfaces.push({ label, text: `${status} ${text}` });
  for (const path of [...looksAt(campaign), '/api/v1/fleet', '/api/v1/tokens', ...errors])
    note(`GET ${path.replace(number, '…')}`, await api.get(path));
  for (const [path, body] of posts) note(`POST ${path}`, await api.post(path, body));
  return surfaces;
}

function looksAt(campaign: string): string[] {
  const of = `/api/v1/campaigns/${campaign}`;
  return ['/', '/api/v1/campaigns', of, `${of}/numbers`, '/api/v1/openapi.json'];
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
export async function processTable({ pid }: { pid: number }): Promise<(Surface & { pid: number })[]> {
  const processes = await descendantsOf(pid);
  return processes.map(({ pid, command, environment }) => {
    return { pid, label: command, text: `${command}\n${environment}` };
  });
}

async function pagesOf(api: ConsoleApi, paths: readonly string[]): Promise<Surface[]> {
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
