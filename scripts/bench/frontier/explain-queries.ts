import type { Db, Store } from '@numfleet/store';

/** A query that was run, and how Postgres comes by the rows of each table that it reads. */
export interface ExplainedQuery {
  text: string;
  scans: string[];
}

/** Tables that grow with the frontier; the others hold a row a campaign, or are emptied every second. */
const large = /Seq Scan on (pages|hosts|origins|frontiers|numbers|sightings)/;

export const readsWholeTable = ({ scans }: ExplainedQuery) => scans.some((scan) => large.test(scan));

/** A store that asks for the plan of every query before it runs it, in the same transaction. */
export function explainQueries(store: Store): { store: Store; queries: ExplainedQuery[] } {
  const queries: ExplainedQuery[] = [];
  const explained = (db: Db): Db => ({
    async query(text, values) {
      if (/^\s*(select|with|insert|update|delete)\b/i.test(text)) queries.push(await explain(db, text));
      return await db.query(text, values);
    },
  });
  const explaining: Store = {
    ...store,
    ...explained(store),
    transaction: (work) => store.transaction((tx) => work({ ...tx, ...explained(tx) })),
  };
  return { store: explaining, queries };
}

/** The plan for any values: stores run with no other. */
async function explain(db: Db, text: string): Promise<ExplainedQuery> {
  const { rows } = await db.query<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${text}`);
  const lines = rows.map((row) => row['QUERY PLAN']);
  const scans = lines.flatMap(
    (line) => /((?:Seq|Index|Bitmap Heap)[\w ]* Scan.*? on \S+)/.exec(line)?.slice(1, 2) ?? [],
  );
  // The partitions of a table are read alike; one of them stands for all.
  const tables = scans.map((scan) =>
    scan
      .replace(/(pages|sightings)_(\d+|default)\w*/g, '$1_*')
      .replace(/ using \S*pages_\*\S*/, ' using a partition’s index'),
  );
  return { text: text.replace(/\s+/g, ' ').trim(), scans: [...new Set(tables)] };
}
