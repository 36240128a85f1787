import type { PageCode, WireUrl } from '@numfleet/contracts';
import type { Db } from './store.ts';

export interface NewestFailure {
  campaignId: string;
  pageId: string;
  url: WireUrl;
  code: PageCode;
  /** When it was fetched last; a page that lost its workers never was, and has the time at which it was found. */
  at: Date;
}

/** The pages that failed last, of all campaigns, the newest first. */
export async function listNewestFailures(db: Db, limit: number): Promise<NewestFailure[]> {
  const { rows } = await db.query<NewestFailure>(
    `select campaign_id as "campaignId", id as "pageId", url, code, coalesce(last_fetched_at, created_at) as at
     from pages where state = 'failed' order by coalesce(last_fetched_at, created_at) desc limit $1`,
    [limit],
  );
  return rows;
}
