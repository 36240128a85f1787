import { placeCodes } from '../admission.ts';
import type { Db } from '../store.ts';

const keysAtATime = 10_000;

/**
 * The keys of all pages that a campaign knows, 10,000 at a time, one after the other. Without those
 * that were excluded for where they were met: such a page may be met again on a way that is allowed.
 */
export async function* readSeenKeys(db: Db, campaignId: string): AsyncGenerator<Buffer> {
  let after = '0';
  for (;;) {
    const { rows } = await db.query<{ last: string | null; keys: Buffer | null }>(
      `select max(id) as last,
         string_agg(page_key, '') filter (
           where campaign_id = $1 and not (state = 'excluded' and code = any($4::text[]))
         ) as keys
       from (select id, campaign_id, page_key, state, code from pages where id > $2 order by id limit $3) batch`,
      [campaignId, after, keysAtATime, placeCodes],
    );
    const [row] = rows;
    if (!row?.last) return;
    after = row.last;
    if (row.keys !== null) yield row.keys;
  }
}
