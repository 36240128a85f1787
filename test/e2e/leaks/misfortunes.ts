import { adminAnswers, connect, type FleetProcess, serviceLogs, until } from '../src/index.ts';
import type { Command } from './run-command.ts';
import type { CanaryServer } from './serve-canaries.ts';

/**
 * Begins a crawl of the canaries' pages. All numbers that it finds but the first violate a unique index: Postgres refuses the
 * commits, and quotes what it likes.
 */
export async function crawlCanaries({ api, home }: FleetProcess, pages: CanaryServer, before: string): Promise<void> {
  await using admin = await connect(home, 'numfleet');
  await admin.query(`create unique index on numbers ((1)) where campaign_id > ${Number(before)}`);
  await api.createCampaign({ ...crawl, seeds: [pages.start], depth: 1 });
}

/** Waits until all of it has gone wrong. */
export async function awaitMisfortunes({ home }: FleetProcess, pages: CanaryServer): Promise<void> {
  await using admin = await connect(home, 'numfleet');
  await until('commits that are refused', 20_000, async () => {
    const [row] = await admin.query<{ refused: number }>('select count(*)::int as refused from dead_letters');
    return (row?.refused ?? 0) > 0;
  });
  const expected = ['fetch-timeout', 'malformed-response', 'http-client-error', 'http-server-error', 'not-html'];
  await until(`pages that end as ${expected}`, 20_000, async () => {
    const codes = await failureCodes(home);
    return expected.every((code) => codes.has(code)) && pages.unasked().length === 0;
  });
}

async function failureCodes(home: string): Promise<Set<string | undefined>> {
  const lines = [...(await serviceLogs(home)).values()].flat();
  return new Set(lines.filter(({ event }) => event === 'page.crawled').map(({ code }) => code));
}

/** Kills -9 browsers in the middle of a page, then crawlers and the sink; gives when all services are back. */
export async function killParts(fleet: FleetProcess, pages: CanaryServer): Promise<void> {
  await fleet.api.createCampaign({ ...crawl, seeds: [pages.endless], depth: 0 });
  await until('a page that never ends', 20_000, async () => pages.asked('/running') > 0);
  for (const part of [/\/run\/crawler-\d+\/(?!.* --type=)(?!.*guard\.sh)/, /apps\/(crawler|sink)\//]) {
    const victims = (await fleet.processes()).filter(({ command }) => part.test(command));
    if (victims.length === 0) throw new Error(`nothing to kill is like ${part}`);
    for (const { pid } of victims) process.kill(pid, 'SIGKILL');
  }
  await until('the services to be back', 20_000, async () => {
    const answers = await adminAnswers(fleet.home).catch(() => null);
    return answers !== null;
  });
}

const crawl = {
  purpose: 'test of what leaks',
  render: 'always',
  delayMs: 0,
  hostConcurrency: 8,
  retentionDays: 1,
} as const;

/** What an operator asks for, and what is refused for a setting that is wrong: a number instead of what was wanted. */
export function commandsOf(home: string, campaign: string, { numbers, start }: CanaryServer): Command[] {
  const { configuration: number } = numbers;
  const wrong = [
    { NUMFLEET_CRAWLERS: number },
    { NUMFLEET_CONSOLE_URL: `tel:${number}` },
    { DATABASE_URL: `postgres://${number}@127.0.0.1:1/${number}`, NUMFLEET_HOME: '/nonexistent' },
  ];
  return [
    { home, args: ['status', campaign, '--json'] },
    { home, args: ['numbers', campaign] },
    { home, args: ['page', start] },
    { home, args: ['audit', 'verify'] },
    ...wrong.map((env) => ({ home, args: ['status'], env })),
  ];
}
