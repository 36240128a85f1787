import { join } from 'node:path';
import type { CutKind, PageCode, PageState } from '@numfleet/contracts';
import { createUrlCodec, loadKeys } from '@numfleet/privacy';
import { connect } from './databases.ts';

/** A row of `pages`, with its URL plain. */
export interface CrawledPage {
  url: string;
  state: PageState;
  code: PageCode | null;
  cuts: CutKind[];
  /** Failed tries, and times that its host put it off. */
  attempts: number;
  throttled: number;
  workerLosses: number;
  /** Times that it was queued again, because others like it turned out to need a browser. */
  rereads: number;
  findings: number | null;
  rendered: boolean | null;
}

/** Every page of a campaign, as often as it is stored. */
export async function crawledPages(home: string, campaign: string): Promise<CrawledPage[]> {
  const keys = await loadKeys(join(home, 'keys'), ['url']);
  const urls = createUrlCodec({ key: keys.url });
  await using truth = await connect(home, 'numfleet');
  const rows = await truth.query<Omit<CrawledPage, 'url'> & { url: Parameters<typeof urls.fromWire>[0] }>(
    `select url, state, code, cuts, attempts, throttled, worker_losses as "workerLosses", rereads, findings, rendered
     from pages where campaign_id = $1 order by id`,
    [campaign],
  );
  return rows.map((row) => ({ ...row, url: urls.fromWire(row.url) }));
}

/** How often a page that ended was asked for, as far as its row tells. */
export function timesFetched({ state, code, attempts, throttled, workerLosses, rereads }: CrawledPage): number {
  const isRead = state === 'done' || code === 'noindex' || code === 'duplicate-content';
  return attempts + throttled + workerLosses + rereads + (isRead ? 1 : 0);
}
