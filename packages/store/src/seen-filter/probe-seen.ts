import { type CrawlResult, type PageResult, pageKeyBytes } from '@numfleet/contracts';
import { placeCodes } from '../admission.ts';
import type { Transaction } from '../store.ts';

/** A result whose lease is still its own, and the page that it is of. */
interface Probed {
  result: Exclude<CrawlResult, { kind: 'robots' }>;
  page: { id: string; hostId: string; campaignId: string };
}

/**
 * Looks for the pages that a filter called known, by their keys, and writes down how it answered. Gives the ids of the pages of
 * which a key is not there, with how many: a link would be lost, so their links have to be sent in full (G42). A page that was
 * excluded for where it was met is not known in this sense, since it may be met again on a way that is allowed.
 */
export async function probeSeen(tx: Transaction, live: readonly Probed[]): Promise<ReadonlyMap<string, number>> {
  const asked = live.flatMap(({ result, page }) =>
    result.kind === 'page' && result.seen ? [{ ...page, ...result.seen, keys: keysOf(result.seen) }] : [],
  );
  if (asked.length === 0) return new Map();
  const wrong = await findMissing(tx, asked);
  await tx.query(
    `insert into seen_filter_answers (campaign_id, generation, asked, called_known, wrong)
     select campaign_id, generation, sum(asked), sum(known), sum(wrong)
     from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[])
       as a (campaign_id, generation, asked, known, wrong)
     group by campaign_id, generation order by campaign_id, generation`,
    [
      asked.map((one) => one.campaignId),
      asked.map((one) => one.generation),
      asked.map((one) => one.asked),
      asked.map((one) => one.keys.length / pageKeyBytes),
      asked.map((one) => wrong.get(one.id) ?? 0),
    ],
  );
  return wrong;
}

const keysOf = ({ keys }: NonNullable<PageResult['seen']>) => Buffer.from(keys, 'base64');

async function findMissing(
  tx: Transaction,
  asked: readonly (Probed['page'] & { keys: Buffer })[],
): Promise<Map<string, number>> {
  const some = asked.filter(({ keys }) => keys.length > 0);
  if (some.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; missing: number }>(
    `select a.id, (a.keys - (
       select count(*) from pages
       where host_id = a.host_id and campaign_id = a.campaign_id and page_key = any(array(
           select substring($6::bytea from a.start + n * $7::int + 1 for $7::int) from generate_series(0, a.keys - 1) n))
         and not (state = 'excluded' and code = any($8::text[]))
     ))::int as missing
     from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::int[]) as a (id, host_id, campaign_id, start, keys)`,
    [
      some.map((one) => one.id),
      some.map((one) => one.hostId),
      some.map((one) => one.campaignId),
      some.map((_, index) => some.slice(0, index).reduce((sum, { keys }) => sum + keys.length, 0)),
      some.map((one) => one.keys.length / pageKeyBytes),
      Buffer.concat(some.map((one) => one.keys)),
      pageKeyBytes,
      placeCodes,
    ],
  );
  return new Map(rows.filter(({ missing }) => missing > 0).map((row) => [row.id, row.missing]));
}
