import { expect, test, vi } from 'vitest';
import {
  auditCounts,
  commitPageResult,
  createCampaign,
  ensureSightingPartitions,
  expireFindings,
  type SealedNumber,
} from '../index.ts';
import { claimAnswered, offer, resultOf, sealedNumber, settingsOf } from '../testing/test-database.ts';
import { openTestStores, startCampaign } from '../testing/test-stores.ts';

const start = new Date('2026-11-23T10:00:00Z');
const day = (count: number) => new Date(start.getTime() + count * 86_400_000);

const { owner, scheduler, sink, console } = await openTestStores();
let hosts = 0;
/** A campaign, its partitions, and a page of it on which these numbers stand; another page is still to be read. */
async function found(retentionDays: number, at: Date, numbers: SealedNumber[]) {
  hosts += 1;
  const seeds = [offer(`http://site-${hosts}.test/`), offer(`http://site-${hosts}.test/again`)];
  const id = await startCampaign(console, seeds, at, { delayMs: 0, hostConcurrency: 9, retentionDays });
  await ensureSightingPartitions(scheduler, { now: at });
  const { pages } = await claimAnswered(scheduler, sink, { now: at });
  const read = async (now: Date, found: SealedNumber[]) => {
    const page = pages.pop() ?? expect.unreachable();
    const commit = { result: resultOf(page, now), numbers: found, links: [] };
    await sink.transaction((tx) => commitPageResult(tx, commit, { now }));
  };
  await read(at, numbers);
  return { id, read };
}

/** As the scheduler does, with its rights. */
async function expire(now: Date, limit = 2): Promise<{ numbers: number; sightings: number }> {
  const gone = await scheduler.transaction((tx) => expireFindings(tx, { now, limit }));
  if (gone.sightings === 0) return gone;
  const rest = await expire(now, limit);
  return { numbers: gone.numbers + rest.numbers, sightings: gone.sightings + rest.sightings };
}

/** Every row of every table, as a dump has them. */
async function dump(): Promise<string> {
  const { rows } = await owner.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  const tables = await Promise.all(rows.map(({ name }) => owner.query(`select t::text from ${name} t`)));
  return JSON.stringify(tables.map((table) => table.rows));
}

test('what is past its retention is gone everywhere at the midnight after, and nothing else is', async () => {
  const [short, both, long] = [sealedNumber(1), sealedNumber(2), sealedNumber(3)];
  const kept = [4, 5, 6].map((n) => sealedNumber(n));
  const fleeting = await found(1, start, [short, both]);
  await fleeting.read(day(1), [both]);
  const lasting = await found(60, day(1), [long, ...kept]);

  expect(await expire(new Date('2026-11-24T23:59:59Z'))).toEqual({ numbers: 0, sightings: 0 });
  expect(await expire(new Date('2026-11-25T00:00:00Z'))).toEqual({ numbers: 1, sightings: 2 });
  const dumped = await dump();
  for (const secret of [short.blindIndex, short.ciphertext]) expect(dumped).not.toContain(secret.toString('hex'));
  for (const one of [both, long]) expect(dumped).toContain(one.ciphertext.toString('hex'));

  expect(await expire(day(3))).toEqual({ numbers: 1, sightings: 1 });
  expect((await auditCounts(owner, fleeting.id)).counters.numbers).toEqual({ counted: 0, held: 0 });
  expect(await auditCounts(owner, lasting.id)).toMatchObject({ exact: true, counters: { numbers: { held: 4 } } });
  const { rows } = await owner.query<{ campaign_id: string; details: object }>(
    `select campaign_id, details from audit_events where action = 'findings.expired' order by id`,
  );
  expect(rows.map((row) => row.campaign_id)).toEqual(Array(rows.length).fill(fleeting.id));
});

test('partitions go when their month is over and they are empty', async () => {
  const partitions = async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relname like 'sightings_2%' and relkind = 'r' order by 1`,
    );
    return rows.map(({ name }) => name);
  };
  const before = await partitions();
  expect(before).toContain('sightings_2026_11');
  await expire(new Date('2026-12-01T00:00:00Z'));
  expect(await partitions()).toEqual(before.filter((name) => name !== 'sightings_2026_11'));
  expect(await expire(new Date('2027-03-01T00:00:00Z'))).toEqual({ numbers: 4, sightings: 4 });
  expect(await partitions()).toEqual(before.filter((name) => name > 'sightings_2027_02'));
  const { rows } = await owner.query('select from numbers union all select from sightings');
  expect(rows).toEqual([]);
});

test('the scheduler takes findings away without the right to see one', async () => {
  for (const column of ['ciphertext', 'line_index', 'region']) {
    await expect(scheduler.query(`select ${column} from numbers`)).rejects.toMatchObject({ code: '42501' });
  }
});

test('retention and a campaign that needs new partitions wait for each other, and neither fails', async () => {
  const waiting = async (count: number) => {
    const { rows } = await owner.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_locks l join pg_database d on d.oid = l.database
       where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
    );
    return rows[0]?.waiting === count;
  };
  const settings = settingsOf({ retentionDays: 900 });
  // Whoever comes first gets on first, and it is the one who comes second that must hold nothing that the first one wants.
  const [created, expired] = await owner
    .transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('numfleet.sightings-partitions'))`);
      const creating = console.transaction((inner) =>
        createCampaign(inner, { settings, seeds: [offer('http://late.test/')], actor: 'test', now: start }),
      );
      await vi.waitUntil(() => waiting(1), { timeout: 10_000 });
      const expiring = expire(start);
      await vi.waitUntil(() => waiting(2), { timeout: 10_000 });
      return [creating, expiring] as const;
    })
    .then((both) => Promise.allSettled(both));
  expect([created.status, expired.status]).toEqual(['fulfilled', 'fulfilled']);
});
