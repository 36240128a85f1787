import { queueNames, shapeOf } from '@numfleet/contracts';
import { openQueue, queueConnection } from '@numfleet/queue';
import { addFilter, createStore, readSeenKeys } from '@numfleet/store';
import { layFilter } from '../../../apps/scheduler/src/seen-filter/build-filter.ts';

/** The share of its keys that the filter is sized for. */
export const sizedFor = 0.01;

/**
 * Gives a campaign a filter that was built for 1 % of the keys that it stands for, in the place of the one that it has; gives the
 * generation of it.
 */
export async function giveWrongFilter(
  at: { truthUrl: string; queueUrl: string; redisUrl: string | undefined },
  campaignId: string,
): Promise<number> {
  await using store = createStore({ connectionString: at.truthUrl, applicationName: 'gameday', max: 2 });
  const connection = queueConnection({ redis: at.redisUrl, postgres: at.queueUrl });
  await using queue = openQueue({
    ...{ queue: queueNames.filters, connection, emit() {}, applicationName: 'gameday' },
  });
  return await store.transaction(async (tx) => {
    // Between two rounds of the scheduler.
    await tx.query("select pg_advisory_xact_lock(hashtext('numfleet.seen-filters'))");
    const { rows } = await tx.query<{ newest: number; keys: number }>(
      `select b.newest, f.keys::float8 as keys from seen_filter_baselines b
       join seen_filters f on f.campaign_id = b.campaign_id and f.state = 'live' where b.campaign_id = $1`,
      [campaignId],
    );
    const [live] = rows;
    if (!live) throw new Error('The campaign has no filter.');
    await tx.query('delete from seen_filters where campaign_id = $1', [campaignId]);
    const generation = live.newest + 1;
    const filter = { campaignId, generation, ...shapeOf(live.keys * sizedFor, 1 << 20) };
    const keys = await layFilter(queue, filter, readSeenKeys(store, campaignId));
    await addFilter(tx, { ...filter, state: 'live', keys, builtAt: new Date(0) });
    return generation;
  });
}
