import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { migrate, recordAudit } from './index.ts';
import { createTestDatabase, type TestDatabase, type TestRole } from './testing/test-database.ts';

let database: TestDatabase;
let folder: string;
const connectionString = () => database.url('numfleet_owner');

beforeEach(async () => {
  database = await createTestDatabase(inject('postgresUrl'), { migrated: false });
  folder = await mkdtemp(join(tmpdir(), 'numfleet-migrate-'));
  await cp(join(import.meta.dirname, '../migrations'), folder, { recursive: true });
});

afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe('migrate', () => {
  test('applies each migration once, also when several start at once', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => migrate({ connectionString: connectionString() })));
    const files = (await readdir(folder)).filter((name) => name.startsWith('0')).sort();
    expect(runs.flat().sort()).toEqual(files);
    expect(await migrate({ connectionString: connectionString() })).toEqual([]);
  });

  test('refuses a schema that is newer than it knows', async () => {
    await writeFile(join(folder, '0099-future.sql'), 'create table future (id int)');
    await migrate({ connectionString: connectionString(), folder });
    const old = migrate({ connectionString: connectionString() });
    await expect(old).rejects.toMatchObject({ code: 'schema-newer', message: expect.stringContaining('99') });
  });

  test('refuses a migration that was changed after it was applied', async () => {
    await writeFile(join(folder, '0099-mine.sql'), 'create table mine (id int)');
    await migrate({ connectionString: connectionString(), folder });
    await writeFile(join(folder, '0099-mine.sql'), 'create table mine (id bigint)');
    const again = migrate({ connectionString: connectionString(), folder });
    await expect(again).rejects.toMatchObject({
      code: 'postgres-failed',
      message: expect.stringContaining('0099-mine'),
    });
  });

  test('leaves nothing of a migration that fails, and all of those before it', async () => {
    await writeFile(join(folder, '0099-bad.sql'), 'create table half (id int); select 1 / 0');
    await expect(migrate({ connectionString: connectionString(), folder })).rejects.toThrow('division by zero');
    const owner = database.store('numfleet_owner');
    const { rows } = await owner.query("select to_regclass('half') as half, to_regclass('pages') as pages");
    expect(rows).toEqual([{ half: null, pages: 'pages' }]);
  });

  test('stops when it is aborted while it waits for another migrator', async () => {
    const other = database.store('numfleet_owner');
    await other.transaction(async (tx) => {
      await tx.query("select pg_advisory_xact_lock(hashtext('numfleet.migrate'))");
      const waiting = migrate({ connectionString: connectionString(), signal: AbortSignal.timeout(200) });
      await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    });
  });

  test('says so when there is no server', async () => {
    const nobody = migrate({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    await expect(nobody).rejects.toMatchObject({ code: 'postgres-failed' });
  });
});

describe('I4: roles', () => {
  beforeEach(async () => {
    await migrate({ connectionString: connectionString() });
  });

  const denied = async (role: TestRole, statement: string) => {
    const store = database.store(role, 1);
    await expect(store.query(statement), `${role}: ${statement}`).rejects.toMatchObject({ code: '42501' });
  };

  test('nobody changes or deletes an audit event or its seal, the owner included', async () => {
    const owner = database.store('numfleet_owner', 1);
    const event = { at: new Date(), actor: 'test', action: 'test', campaignId: null, details: {} };
    for (const role of ['numfleet_scheduler', 'numfleet_sink', 'numfleet_console'] as const) {
      await recordAudit(database.store(role, 1), [event]);
    }
    for (const role of ['numfleet_owner', 'numfleet_scheduler', 'numfleet_sink', 'numfleet_console'] as const) {
      await denied(role, "update audit_events set actor = 'other'");
      await denied(role, 'delete from audit_events');
      await denied(role, 'truncate audit_events');
      await denied(role, 'update audit_seals set event_id = 7');
      await denied(role, 'delete from audit_seals');
      await denied(role, 'truncate audit_seals');
    }
    for (const role of ['numfleet_sink', 'numfleet_console'] as const) {
      await denied(role, "insert into audit_seals values (1, 1, sha256('1'))");
      await denied(role, 'delete from audit_unsealed');
      await denied(role, 'insert into audit_unsealed values (7)');
    }
    await denied('numfleet_scheduler', 'insert into audit_unsealed values (7)');
    expect((await owner.query('select from audit_events')).count).toBe(3);
  });

  test('each service has the rights that it needs, and not those of another', async () => {
    await denied('numfleet_scheduler', 'select ciphertext from numbers');
    await denied('numfleet_scheduler', 'update numbers set campaign_id = 7');
    await denied('numfleet_scheduler', 'select host_id from sightings');
    await denied('numfleet_scheduler', 'insert into pages default values');
    await denied('numfleet_sink', "update campaigns set state = 'active'");
    await denied('numfleet_sink', 'delete from numbers');
    await denied('numfleet_sink', "update numbers set region = 'GB'");
    await denied('numfleet_sink', 'select from audit_events');
    await denied('numfleet_console', 'insert into numbers default values');
    await denied('numfleet_console', "update numbers set region = 'GB'");
    await denied('numfleet_console', 'delete from suppressions');
    await denied('numfleet_console', 'update api_tokens set expires_at = now()');
    await denied('numfleet_sink', 'select from api_tokens');
    await denied('numfleet_sink', "insert into suppressions values (sha256('1'), 'erased', now())");
    await denied('numfleet_console', 'update pages set lease_token = null');
    for (const role of ['numfleet_scheduler', 'numfleet_sink', 'numfleet_console'] as const) {
      await denied(role, "insert into campaign_count_deltas values (1, 'done', 1)");
      await denied(role, 'create table mine (id int)');
      await denied(role, 'select from schema_migrations');
    }
  });

  test('sightings get a partition a month, and the default takes what has none', async () => {
    const scheduler = database.store('numfleet_scheduler', 1);
    const ensure = (from: string, to: string) =>
      scheduler.query('select ensure_sightings_partitions($1, $2) as made', [from, to]);
    expect((await ensure('2026-11-23T00:00:00Z', '2027-01-01T00:00:00Z')).rows).toEqual([{ made: 3 }]);
    expect((await ensure('2026-11-01T00:00:00Z', '2027-01-31T00:00:00Z')).rows).toEqual([{ made: 0 }]);
    await denied('numfleet_sink', 'select ensure_sightings_partitions(now(), now())');
    const owner = database.store('numfleet_owner', 1);
    const insert = (expires: string) =>
      owner.query(
        `insert into sightings select 1, sha256('1'), 1, 1, 'text', null, 1, now(), $1 returning tableoid::regclass::text as at`,
        [expires],
      );
    expect((await insert('2026-12-31T00:00:00Z')).rows).toEqual([{ at: 'sightings_2026_12' }]);
    expect((await insert('2030-05-01T00:00:00Z')).rows).toEqual([{ at: 'sightings_default' }]);
    expect((await ensure('2030-04-30T00:00:00Z', '2030-05-30T00:00:00Z')).rows).toEqual([{ made: 1 }]);
  });
});
