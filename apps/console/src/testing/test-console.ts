import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type FleetEvent, type PageResult, queueNames, type RobotsResult } from '@numfleet/contracts';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { createTestDatabase, urlAs } from '@numfleet/embedded/testing';
import { createPageKeyer, createUrlCodec, type PhoneNumber } from '@numfleet/privacy';
import {
  createCertifier,
  createLocalKeyProvider,
  createNumberVault,
  createSuppressor,
  type NumberVault,
  type Suppressor,
} from '@numfleet/privacy/inside';
import { migrateQueue, openQueue, type QueueConnection } from '@numfleet/queue';
import {
  claimPages,
  commitPageResult,
  commitRobotsResult,
  createStore,
  ensureCampaignKey,
  migrate,
  type Store,
} from '@numfleet/store';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { createConsole } from '../create-console.ts';
import type { HttpLimits } from '../http/limits.ts';

export interface TestConsole extends AsyncDisposable {
  app: FastifyInstance;
  token: string;
  /** Sends a request with the token, unless `headers` says otherwise. */
  ask(method: 'GET' | 'POST', url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The database as its owner sees it. */
  owner: Store;
  /** The same of the queues' database. */
  queueOwner: Store;
  queues: Parameters<typeof createConsole>[0]['queues'];
  events: FleetEvent[];
  /** Moves the clock on. */
  pass(ms: number): void;
  /** Makes a campaign with these seeds; gives its id. */
  campaign(seeds: string[], settings?: object): Promise<string>;
  /** Ends every page that is due, in all campaigns, with these numbers on it. */
  crawl(numbers: PhoneNumber[]): Promise<void>;
}

interface Answer {
  status: number;
  text: string;
  headers: Record<string, unknown>;
  json: () => ReturnType<typeof JSON.parse>;
}

/** A console on databases of its own, with the rights of the console's role and no more. `*.test` needs no contact. */
export async function startTestConsole(
  adminUrl: string,
  options: {
    hasContact?: boolean;
    host?: string;
    url?: string;
    dashboardFolder?: string;
    limits?: Partial<HttpLimits>;
  } = {},
): Promise<TestConsole> {
  await using stack = new AsyncDisposableStack();
  const database = await createTestDatabase(adminUrl);
  await migrate({ connectionString: database });
  const queueDatabase = await createTestDatabase(adminUrl);
  await migrateQueue({ connectionString: queueDatabase });
  const owner = stack.use(createStore({ connectionString: database, applicationName: 'test', max: 2 }));
  const queueOwner = stack.use(createStore({ connectionString: queueDatabase, applicationName: 'test', max: 1 }));
  const store = stack.use(
    createStore({ connectionString: urlAs('numfleet_console', database), applicationName: 'test', max: 4 }),
  );
  const connection: QueueConnection = { kind: 'postgres', url: urlAs('numfleet_console', queueDatabase) };
  const events: FleetEvent[] = [];
  const emit = (event: FleetEvent) => void events.push(event);
  const queues = {
    crawl: stack.use(openQueue({ queue: queueNames.crawl, connection, emit, applicationName: 'test' })),
    results: stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: 'test' })),
  };
  let clock = Date.parse('2026-11-23T10:00:00Z');
  const now = () => new Date(clock);
  const token = randomBytes(32).toString('base64url');
  const suppressionKey = randomBytes(32);
  const suppressor = createSuppressor({ key: suppressionKey });
  const master = createLocalKeyProvider({ id: 'master', key: randomBytes(32) });
  const vault = createNumberVault({ indexKey: randomBytes(32), master });
  const app = await createConsole({
    store,
    queues,
    queueBackend: 'postgres',
    vault,
    suppressor,
    certifier: createCertifier({ key: suppressionKey }),
    urls: createUrlCodec({ key: randomBytes(32) }),
    pageKeyOf: createPageKeyer({ key: randomBytes(32) }),
    egressHosts: parseEgressHosts('*.test=127.0.0.1:8080'),
    hasContact: options.hasContact ?? false,
    token,
    host: options.host ?? '127.0.0.1',
    url: options.url ?? null,
    ...(options.limits && { limits: options.limits }),
    version: '0.0.0',
    dashboardFolder: options.dashboardFolder ?? fileURLToPath(new URL('../../web/dist', import.meta.url)),
    now,
    emit,
  });
  stack.defer(() => app.close());

  const ask: TestConsole['ask'] = async (method, url, body, headers) => {
    const request: InjectOptions = { method, url, headers: headers ?? { authorization: `Bearer ${token}` } };
    const sent = body === undefined ? request : { ...request, payload: body as object };
    const { statusCode, body: text, headers: answered } = await app.inject(sent);
    return { status: statusCode, text, headers: answered, json: () => JSON.parse(text) };
  };
  const held = stack.move();
  return {
    app,
    token,
    ask,
    owner,
    queueOwner,
    queues,
    events,
    pass(ms) {
      clock += ms;
    },
    async campaign(seeds, settings = {}) {
      const request = { purpose: 'test', delayMs: 0, hostConcurrency: 64, seeds, ...settings };
      return (await ask('POST', '/api/v1/campaigns', request)).json().campaign;
    },
    crawl: (numbers) => crawlDue({ store: owner, now: now(), vault, suppressor, numbers }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

type Due = { store: Store; now: Date; vault: NumberVault; suppressor: Suppressor; numbers: PhoneNumber[] };

/** Claims, and commits what a crawler would have found, until nothing is due. */
async function crawlDue(due: Due): Promise<void> {
  const { store, now, vault, suppressor, numbers } = due;
  const { pages, robots } = await claimPages(store, { now, window: 1_000, leaseMs: 90_000 });
  const at = now.getTime();
  const common = { v: 1, worker: 'test', requestedAt: at, finishedAt: at, retryAfterMs: null, code: null } as const;
  for (const { leaseToken, originId } of robots) {
    const answer = { outcome: 'unavailable', status: 404, crawlDelayMs: null, redirect: null } as const;
    const result: RobotsResult = {
      ...common,
      ...answer,
      rules: [],
      sitemaps: [],
      kind: 'robots',
      leaseToken,
      originId,
    };
    await store.transaction((tx) => commitRobotsResult(tx, { result, redirectHost: null }, { now }));
  }
  for (const { id, leaseToken, campaignId } of pages) {
    const result: PageResult = {
      ...common,
      kind: 'page',
      leaseToken,
      pageId: id,
      campaignId,
      outcome: 'done',
      http: { status: 200, bytes: 1, rendered: false },
      cuts: [],
      links: [],
      sealed: null,
      findings: numbers.length,
      rejected: {},
    };
    const { wrapped } = await ensureCampaignKey(store, { campaignId, ...(await vault.makeKey(campaignId)), now });
    const campaign = await vault.open(campaignId, wrapped);
    const sealed = numbers.map((number) => ({
      blindIndex: vault.blindIndex(number),
      lineIndex: vault.lineIndex(number),
      suppressionIndex: suppressor.indexOf(number),
      ciphertext: campaign.encrypt(number),
      region: 'GB',
      type: 'fixed_line' as const,
      source: 'text' as const,
      label: null,
      confidence: 0.9,
    }));
    await store.transaction((tx) => commitPageResult(tx, { result, numbers: sealed, links: [] }, { now }));
  }
  if (pages.length + robots.length > 0) await crawlDue(due);
}
