import { NumfleetError } from '@numfleet/contracts';
import { recordAudit } from './record-audit.ts';
import { createStore, type Db, type Transaction } from './store.ts';

/**
 * Ties the database to its keys: the first ids of a name are written down, and later ones must be the same. Connects as
 * the owner. Throws `key-wrong`, which names the keys that are others.
 */
export async function bindKeys(options: {
  connectionString: string;
  /** Key ids by name, as `keyIds` of privacy gives them. */
  ids: Readonly<Record<string, string>>;
  now: Date;
}): Promise<void> {
  await using store = createStore({ connectionString: options.connectionString, applicationName: 'bind-keys', max: 1 });
  const { rows } = await store.query<{ name: string }>(
    `with given as (select key as name, value as key_id from jsonb_each_text($1::jsonb)),
     bound as (
       insert into bound_keys (name, key_id, bound_at) select name, key_id, $2 from given
       on conflict (name) do nothing
     )
     select g.name from given g join bound_keys b on b.name = g.name where b.key_id <> g.key_id order by 1`,
    [JSON.stringify(options.ids), options.now],
  );
  if (rows.length === 0) return;
  const names = rows.map((row) => row.name).join(', ');
  const message = `The database was written under other keys (${names}). Put the key folder back that belongs to it.`;
  throw new NumfleetError('key-wrong', message);
}

/** The key ids that the database was written under, by name; none for one that is new. Connects as the owner. */
export async function readBoundKeys(options: { connectionString: string }): Promise<Record<string, string>> {
  await using store = createStore({
    connectionString: options.connectionString,
    applicationName: 'bound-keys',
    max: 1,
  });
  const { rows: tables } = await store.query<{ there: boolean }>(
    `select to_regclass('bound_keys') is not null as there`,
  );
  if (tables[0]?.there !== true) return {};
  return await readBoundKeyIds(store);
}

/** The same of a database that has them. */
export async function readBoundKeyIds(db: Db): Promise<Record<string, string>> {
  const { rows } = await db.query<{ name: string; key_id: string }>('select name, key_id from bound_keys');
  return Object.fromEntries(rows.map((row) => [row.name, row.key_id]));
}

/** Ties the database to another key of that name, and tells the audit so. */
export async function rebindKey(
  tx: Transaction,
  { name, from, to, actor, now }: { name: string; from: string; to: string; actor: string; now: Date },
): Promise<void> {
  await tx.query('update bound_keys set key_id = $2, bound_at = $3 where name = $1', [name, to, now]);
  await recordAudit(tx, [
    { at: now, actor, action: 'key.rotated', campaignId: null, details: { key: name, from, to } },
  ]);
}
