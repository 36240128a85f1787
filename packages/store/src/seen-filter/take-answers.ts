import type { Transaction } from '../store.ts';

/** How a filter answered since it was last asked about. */
export interface FilterAnswers {
  campaignId: string;
  generation: number;
  /** Links that crawlers asked about. */
  asked: number;
  /** Of them those that it called known, and of these those that were not. */
  calledKnown: number;
  wrong: number;
}

/** Takes the answers of each filter that has given `least` of them; the others go on being gathered. */
export async function takeAnswers(tx: Transaction, least: number): Promise<FilterAnswers[]> {
  const { rows } = await tx.query<FilterAnswers>(
    `with enough as (
       select campaign_id, generation from seen_filter_answers group by campaign_id, generation having sum(asked) >= $1
     ), taken as (
       delete from seen_filter_answers a using enough e
       where a.campaign_id = e.campaign_id and a.generation = e.generation returning a.*
     )
     select campaign_id as "campaignId", generation, sum(asked)::int as asked, sum(called_known)::int as "calledKnown",
       sum(wrong)::int as wrong from taken group by campaign_id, generation order by campaign_id, generation`,
    [least],
  );
  return rows;
}
