import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FleetEvent } from '@numfleet/contracts';
import { createAuditChain, readAnchors } from '@numfleet/privacy/inside';
import {
  type AuditVerdict,
  commitPageResult,
  createCampaign,
  type Db,
  readRetiredAuditKeys,
  recordAudit,
  retireAuditKey,
  type Store,
  verifyAudit,
} from '@numfleet/store';
import {
  claimAnswered,
  createTestDatabase,
  offer,
  resultOf,
  sealedNumber,
  settingsOf,
  type TestDatabase,
} from '@numfleet/store/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createAnchorAudit } from './anchor-audit.ts';
import { createSealAudit } from './seal-audit.ts';

const oldKey = randomBytes(32);
const chain = createAuditChain({ key: oldKey });
const now = new Date('2026-11-23T10:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const events: FleetEvent[] = [];
const emit = (event: FleetEvent) => void events.push(event);

let folder: string;
let file: string;
let database: TestDatabase;
let owner: Store;
let scheduler: Store;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'numfleet-audit-'));
  file = path.join(folder, 'anchors.jsonl');
  database = await createTestDatabase(inject('postgresUrl'));
  owner = database.store('numfleet_owner');
  scheduler = database.store('numfleet_scheduler');
  await crawlOnce();
  await write(5);
  await sealAll();
  await createAnchorAudit({ store: scheduler, file, emit })(now);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const sealAll = () => createSealAudit({ store: scheduler, chain, emit })(now);
const write = (count: number) =>
  recordAudit(
    database.store('numfleet_console'),
    Array.from({ length: count }, (_, n) => ({
      at: later(n),
      actor: 'operator',
      action: 'numbers.exported',
      campaignId: '1',
      details: { n, format: 'csv' },
    })),
  );

/** A campaign of a page with three numbers: events that the counters can be held against. */
async function crawlOnce(): Promise<void> {
  const seeds = [offer('http://a.test/')];
  const settings = settingsOf({ delayMs: 0, hostConcurrency: 4 });
  await database
    .store('numfleet_console')
    .transaction((tx) => createCampaign(tx, { settings, seeds, actor: 'operator', now }));
  const sink = database.store('numfleet_sink');
  const { pages } = await claimAnswered(scheduler, sink, { now });
  for (const page of pages) {
    const commit = { result: resultOf(page, now), numbers: [1, 2, 3].map((n) => sealedNumber(n)), links: [] };
    await sink.transaction((tx) => commitPageResult(tx, commit, { now }));
  }
}

const verify = async (db: Db) =>
  await verifyAudit(db, { sealOf: chain.sealOf, anchors: (await readAnchors(file)).anchors });

/** What is found after `tamper`, which is undone. Whoever can do that owns the database, and switches its triggers off. */
async function foundAfter(tamper: string): Promise<AuditVerdict> {
  let verdict: AuditVerdict | null = null;
  const undo = new Error('undo');
  await owner
    .transaction(async (tx) => {
      for (const table of ['audit_events', 'audit_seals']) await tx.query(`alter table ${table} disable trigger user`);
      await tx.query(tamper);
      verdict = await verify(tx);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return verdict ?? expect.unreachable();
}

test('G55: an audit that nobody touched is whole: every event sealed, in one chain, and its head written down', async () => {
  const verdict = await verify(owner);
  expect(verdict).toEqual({ events: 7, unsealed: 0, anchors: 1, faults: [], faultCount: 0 });
  expect(events).toContainEqual({ type: 'audit.sealed', events: 7, lagSeconds: 0 });
  expect(events).toContainEqual({ type: 'audit.anchored', seq: 7, head: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

describe('G55: what was done to the audit is found, and at which event first', () => {
  test.each([
    ['details changed', `update audit_events set details = '{"n": 9}' where id = 4`, 'changed', '4'],
    ['an actor changed', `update audit_events set actor = 'somebody' where id = 2`, 'changed', '2'],
    [
      'a time changed by a microsecond',
      `update audit_events set at = at + interval '1 us' where id = 5`,
      'changed',
      '5',
    ],
    ['an event removed', 'delete from audit_events where id = 3', 'removed', '3'],
    [
      'an event removed with its seal',
      'delete from audit_events where id = 3; delete from audit_seals where event_id = 3',
      'gap',
      '4',
    ],
    [
      'the chain closed over an event that was removed',
      `delete from audit_events where id = 3; delete from audit_seals where event_id = 3;
       update audit_seals set seq = -seq where seq > 3; update audit_seals set seq = -seq - 1 where seq < 0`,
      'changed',
      '4',
    ],
    [
      'two events swapped',
      'update audit_seals set event_id = -1 where event_id = 4; update audit_seals set event_id = 4 where event_id = 5; update audit_seals set event_id = 5 where event_id = -1',
      'changed',
      '5',
    ],
    [
      'an event inserted past the sealer',
      `insert into audit_events (at, actor, action) values (now(), 'operator', 'numbers.exported')`,
      'inserted',
      expect.any(String),
    ],
    [
      'an event inserted with a seal of somebody else',
      `insert into audit_events (id, at, actor, action) overriding system value values (99, now(), 'operator', 'numbers.exported');
       insert into audit_seals values (8, 99, sha256('forged'))`,
      'changed',
      '99',
    ],
    [
      'the end cut off',
      'delete from audit_events where id > 5; delete from audit_seals where event_id > 5',
      'truncated',
      null,
    ],
    ['all of it removed', 'delete from audit_events; delete from audit_seals', 'truncated', null],
    ['a seal changed', `update audit_seals set mac = sha256('other') where seq = 2`, 'changed', '2'],
  ])('%s', async (_name, tamper, kind, eventId) => {
    // As the owner of the triggers' constraint could, too.
    const { faults, faultCount } = await foundAfter(
      `alter table audit_seals drop constraint audit_seals_seq_check; ${tamper}`,
    );
    expect(faults[0]).toMatchObject({ kind, eventId });
    expect(faultCount).toBeGreaterThan(0);
  });

  test('an older copy put in the place of the whole, by the head that was written down', async () => {
    const anchored = await readFile(file);
    await appendFile(file, `\n{"v":1,"at":"x","seq":6,"mac":"${'ab'.repeat(32)}"}\n{"v":1,"cut by a cra`);
    const { faults } = await verify(owner);
    await writeFile(file, anchored);
    expect(faults).toEqual([{ kind: 'replaced', seq: 6, eventId: '6', campaignId: '1' }]);
  });

  test('an event of a commit that was removed before it was sealed, by the counts of what was stored', async () => {
    const { rows } = await owner.query<{ id: string }>(`select id from audit_events where action = 'page.committed'`);
    const { faults } = await foundAfter(
      `delete from audit_events where id = ${rows[0]?.id}; delete from audit_seals where event_id = ${rows[0]?.id};
       alter table audit_seals drop constraint audit_seals_seq_check;
       update audit_seals set seq = -seq where seq > 2; update audit_seals set seq = -seq - 1 where seq < 0`,
    );
    expect(faults).toContainEqual({ kind: 'uncounted', seq: null, eventId: null, campaignId: '1' });
  });
});

test('whoever has the table but not the key cannot make another chain', async () => {
  const other = createAuditChain({ key: randomBytes(32) });
  const { faults } = await verifyAudit(owner, { sealOf: other.sealOf, anchors: [] });
  expect(faults[0]).toMatchObject({ kind: 'changed', seq: 1 });
});

test('events are sealed as they come to rest, not by their ids; a removed one leaves a seal of nothing', async () => {
  await using own = await createTestDatabase(inject('postgresUrl'));
  const [early, late, sealer] = [
    own.store('numfleet_sink'),
    own.store('numfleet_console'),
    own.store('numfleet_scheduler'),
  ];
  const event = { at: now, actor: 'test', action: 'test', campaignId: null, details: {} };
  const seal = createSealAudit({ store: sealer, chain, emit });
  await early.transaction(async (tx) => {
    await recordAudit(tx, [event]);
    await recordAudit(late, [event]);
    await seal(now);
  });
  await seal(now);
  await recordAudit(late, [event]);
  const ownOwner = own.store('numfleet_owner');
  await ownOwner.query(
    'alter table audit_events disable trigger audit_events_append_only; delete from audit_events where id = 3',
  );
  await seal(now);
  const { rows } = await ownOwner.query<{ event_id: string }>('select event_id from audit_seals order by seq');
  expect(rows.map((row) => row.event_id)).toEqual(['2', '1', '3']);
  const { faults } = await verifyAudit(ownOwner, { sealOf: chain.sealOf, anchors: [] });
  expect(faults).toEqual([{ kind: 'removed', seq: 3, eventId: '3', campaignId: null }]);
});

test('four sealers at once make one chain, and none waits for another', async () => {
  await using own = await createTestDatabase(inject('postgresUrl'));
  const event = { at: now, actor: 'test', action: 'test', campaignId: null, details: {} };
  await recordAudit(
    own.store('numfleet_console'),
    Array.from({ length: 1_200 }, () => event),
  );
  const seal = createSealAudit({ store: own.store('numfleet_scheduler', 8), chain, emit });
  const sealUntilDone = async () => {
    const { rows } = await own
      .store('numfleet_owner')
      .query<{ left: number }>('select count(*)::int as left from audit_unsealed');
    if ((rows[0]?.left ?? 0) === 0) return;
    await Promise.all([seal(now), seal(now), seal(now), seal(now)]);
    await sealUntilDone();
  };
  await sealUntilDone();
  const seen: number[] = [];
  const options = { sealOf: chain.sealOf, anchors: [], onProgress: (done: number) => void seen.push(done) };
  expect(await verifyAudit(own.store('numfleet_owner'), options)).toMatchObject({ events: 1_200, faultCount: 0 });
  expect(seen).toEqual([1_200]);
});

test('G55: the scheduler sees by itself that its chain was cut off, says so once, and writes no other head down', async () => {
  await using own = await createTestDatabase(inject('postgresUrl'));
  const anchors = path.join(folder, 'own.jsonl');
  const told: FleetEvent[] = [];
  const event = { at: now, actor: 'test', action: 'test', campaignId: null, details: {} };
  const deps = { store: own.store('numfleet_scheduler'), chain, emit: (one: FleetEvent) => void told.push(one) };
  const [seal, anchor] = [createSealAudit(deps), createAnchorAudit({ ...deps, file: anchors })];
  const round = async (at: Date) => {
    await recordAudit(own.store('numfleet_console'), [event]);
    await seal(at);
    await anchor(at);
  };
  for (const ms of [0, 1_000, 60_000, 120_000]) await round(later(ms));
  expect((await readAnchors(anchors)).anchors.map(({ seq }) => seq)).toEqual([1, 3, 4]);
  await own
    .store('numfleet_owner')
    .query('alter table audit_seals disable trigger audit_seals_append_only; delete from audit_seals where seq > 2');
  for (const at of [later(180_000), later(240_000)]) await anchor(at);
  const restarted = createAnchorAudit({ ...deps, file: anchors });
  await restarted(later(300_000));
  expect(told.filter(({ type }) => type === 'audit.broken')).toEqual(Array(2).fill({ type: 'audit.broken', seq: 4 }));
  expect((await readAnchors(anchors)).anchors).toHaveLength(3);
});

test('G55: under a new key the audit is whole, and holds what the old key sealed: whoever has that key and the database cannot tell it otherwise', async () => {
  const key = randomBytes(32);
  const { sealOf: sealAfter } = createAuditChain({ key });
  const undo = new Error('undo');
  const retiring = owner.transaction(async (tx) => {
    const seals = { sealBefore: chain.sealOf, sealAfter };
    const from = { id: 'old', key: oldKey };
    await retireAuditKey(tx, { from, to: { id: 'new' }, ...seals, actor: 'operator', now });
    const retired = await readRetiredAuditKeys(tx);
    const { anchors } = await readAnchors(file);
    const { sealOf } = createAuditChain({ key, retired });
    expect(await verifyAudit(tx, { sealOf, anchors })).toMatchObject({
      unsealed: 0,
      faults: [],
      anchors: anchors.length,
    });
    // Without what is told of the old key, none of what it sealed fits.
    expect((await verifyAudit(tx, { sealOf: sealAfter, anchors })).faultCount).toBeGreaterThan(6);

    for (const table of ['audit_events', 'audit_seals']) await tx.query(`alter table ${table} disable trigger user`);
    await tx.query(`update audit_events set actor = 'somebody' where id = 2`);
    const until = retired[0]?.until ?? expect.unreachable();
    const forged = await forgeSeals(tx, until);
    for (const [seq, mac] of forged) await tx.query('update audit_seals set mac = $2 where seq = $1', [seq, mac]);
    const told = await verifyAudit(tx, { sealOf, anchors: [] });
    expect(told.faults.map(({ kind, seq }) => ({ kind, seq }))).toEqual([{ kind: 'changed', seq: until }]);
    throw undo;
  });
  await expect(retiring).rejects.toBe(undo);
});

/** What somebody with the old key makes of the places before one. */
async function forgeSeals(db: Db, until: number): Promise<Map<number, Buffer>> {
  const forged = new Map<number, Buffer>();
  let previous: Buffer | null = null;
  await verifyAudit(db, {
    anchors: [],
    sealOf(link) {
      if (link.seq >= until) return Buffer.alloc(32);
      previous = chain.sealOf({ ...link, previous });
      forged.set(link.seq, previous);
      return previous;
    },
  });
  return forged;
}
