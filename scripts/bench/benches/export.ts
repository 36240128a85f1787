import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres } from '@numfleet/embedded';
import {
  type CampaignNumbers,
  createNumberVault,
  generateKeys,
  loadInsideKeys,
  loadMasterKey,
  type NumberVault,
} from '@numfleet/privacy/inside';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { migrateQueue } from '@numfleet/queue';
import { createStore, ensureCampaignKey, ensureSightingPartitions, migrate, type Store } from '@numfleet/store';
import type { Bench, BenchContext } from '../bench.ts';

const numbers = 1_000_000;
const pages = 100_000;
const batch = 20_000;
const token = randomBytes(32).toString('base64url');
const mebibyte = 1_024 * 1_024;

/** The console as it is started in a fleet, on a campaign of a million numbers. */
export const exportNumbers: Bench = {
  name: 'export',
  what: 'numbers a second that the console exports, and what it takes of memory',
  async run(context) {
    const home = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-'));
    context.use({ [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) });
    const { adminUrl } = context.use(
      await startPostgres({ home, emit: () => {}, signal: context.signal, cleanup: home }),
    );
    await fill(adminUrl, path.join(home, 'keys'), context.signal);
    const console = await startConsole(adminUrl, home, context);
    const curve: string[] = [];
    const take = async (signal: AbortSignal) => {
      const taken = await takeExport(console, signal);
      curve.push(taken.rss.map((bytes) => Math.round(bytes / mebibyte)).join(' '));
      return { speed: numbers / taken.seconds, growth: (Math.max(...taken.rss) - (taken.rss[0] ?? 0)) / mebibyte };
    };
    await context.compare({
      figures: { speed: { unit: 'numbers/s', better: 'higher' }, growth: { unit: 'MiB RSS', better: 'lower' } },
      // CSV is as fast; both would not fit the time of a bench.
      variants: { jsonl: take },
      rounds: 1,
    });
    context.note(`${numbers} numbers with a sighting each, on ${pages} pages of one campaign.`);
    context.note(`RSS of the console, MiB, once a second: ${curve.join('; ')}.`);
  },
};

/** Rows as a sink leaves them: numbers that open under their campaign's key, and a sighting of each. */
async function fill(adminUrl: string, keysDir: string, signal: AbortSignal): Promise<void> {
  await migrate({ connectionString: adminUrl });
  await migrateQueue({ connectionString: adminUrl });
  await generateKeys(keysDir);
  const keys = await loadInsideKeys(keysDir, ['number-index']);
  const master = await loadMasterKey(keysDir, undefined);
  const vault = createNumberVault({ indexKey: keys['number-index'], master });
  await using store = createStore({ connectionString: adminUrl, applicationName: 'bench', max: 1 });
  await store.query(
    `insert into campaigns (name, purpose, settings, created_at) values ('bench', 'bench',
       '{"delayMs":0,"hostConcurrency":1,"maxPages":1000000,"retentionDays":30}', now())`,
  );
  const { wrapped } = await ensureCampaignKey(store, {
    campaignId: '1',
    ...(await vault.makeKey('1')),
    now: new Date(),
  });
  const campaign = await vault.open('1', wrapped);
  await ensureSightingPartitions(store, { now: new Date() });
  await store.query(
    `insert into pages (host_id, origin_id, campaign_id, page_key, url, state, depth, via, created_at)
     select 1 + n % 500, 1, 1, substring(sha256(n::text::bytea) for 16), jsonb_build_object('p', 'http://shop.test/page/' || n), 'done', 1,
       'link', now() from generate_series(1, $1::int) n`,
    [pages],
  );
  for (let from = 0; from < numbers; from += batch) {
    signal.throwIfAborted();
    await insertNumbers(store, { vault, campaign, from });
  }
  await store.query('analyze numbers, sightings, pages');
}

async function insertNumbers(
  store: Store,
  { vault, campaign, from }: { vault: NumberVault; campaign: CampaignNumbers; from: number },
): Promise<void> {
  const rows = Array.from({ length: batch }, (_, n) => {
    const number = createPhoneNumber(`+4420${String(from + n).padStart(8, '0')}`);
    return { blindIndex: vault.blindIndex(number), ciphertext: campaign.encrypt(number) };
  });
  const blindIndexes = rows.map((row) => row.blindIndex);
  await store.query(
    `insert into numbers (campaign_id, blind_index, ciphertext, region, type, first_seen_at)
     select 1, blind_index, ciphertext, 'GB', 'fixed_line', now()
     from unnest($1::bytea[], $2::bytea[]) row (blind_index, ciphertext)`,
    [blindIndexes, rows.map((row) => row.ciphertext)],
  );
  await store.query(
    `insert into sightings (campaign_id, blind_index, host_id, page_id, source, confidence, seen_at, expires_at)
     select 1, blind_index, p.host_id, p.id, 'text', 0.9, now(), date_trunc('day', now()) + interval '30 days'
     from unnest($1::bytea[]) with ordinality row (blind_index, place)
       join pages p on p.id = 1 + (place + $2) % $3`,
    [blindIndexes, from, pages],
  );
}

interface RunningConsole {
  origin: string;
  pid: number;
}

async function startConsole(adminUrl: string, home: string, { use, signal }: BenchContext): Promise<RunningConsole> {
  const tokenFile = path.join(home, 'console-token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  const port = await freePort();
  const main = path.join(import.meta.dirname, '../../../apps/console/src/main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: adminUrl,
      NUMFLEET_QUEUE_URL: adminUrl,
      NUMFLEET_KEYS_DIR: path.join(home, 'keys'),
      NUMFLEET_CONSOLE_TOKEN_FILE: tokenFile,
      NUMFLEET_CONSOLE_PORT: String(port),
      NUMFLEET_HOME: home,
    },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  use({
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  });
  const origin = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${origin}/login`).catch(() => null))) await delay(100, undefined, { signal });
  return { origin, pid: child.pid ?? 0 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function takeExport({ origin, pid }: RunningConsole, signal: AbortSignal) {
  const rss = [await rssOf(pid)];
  const sampling = setInterval(async () => rss.push(await rssOf(pid)), 1_000);
  const from = performance.now();
  try {
    const response = await fetch(`${origin}/api/v1/campaigns/1/numbers?format=jsonl`, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    let lines = 0;
    for await (const chunk of response.body ?? []) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
    }
    if (lines !== numbers) throw new Error(`${lines} of ${numbers} numbers came.`);
  } finally {
    clearInterval(sampling);
  }
  return { seconds: (performance.now() - from) / 1_000, rss };
}

/** From Linux' /proc, whose second figure is in pages of 4 KiB. */
async function rssOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]) * 4_096;
}
