import { type Emit, type FilterState, promisedRate, shapeOf } from '@numfleet/contracts';
import {
  addFilter,
  type BuiltFilter,
  changeFilter,
  dropFilter,
  type FilterAnswers,
  type FilteredCampaign,
  keepBaseline,
  readFilteredCampaigns,
  readSeenKeys,
  type Store,
  type Transaction,
  takeAnswers,
  tryLock,
} from '@numfleet/store';
import { type FilterQueue, isGone, layFilter, takeFilter } from './build-filter.ts';
import { type Baseline, judgeAnswers, nothingLearnt } from './judge-answers.ts';

/** Of all campaigns, in the queue and in each crawler (I8). */
const mostBytes = 8 * 1_024 * 1_024;
/** A filter of fewer bits a key is wrong more than once in 20 times, and is not worth having. */
const leastBitsAKey = 6;
/** Answers that are judged together. */
const window = 500;
/** Windows without a fault that make a filter on trial the one for all. */
const trialWindows = 2;
/** A campaign that knows so many times as many pages as its filter gets a new one. */
const growth = 2;
/** Between two filters of a campaign, ms: reading all keys is dear. */
const restMs = 10_000;

export interface TendDeps {
  store: Store;
  queue: FilterQueue;
  emit: Emit;
  /** Campaigns of fewer pages have none. */
  leastPages: number;
}

/**
 * One round of looking after the filters of all campaigns (G42): judges their answers, bypasses the one that is wrong too often,
 * builds a new one from Postgres, tries it on a share of the pages, gives it to all, drops the one before. One scheduler at a time.
 */
export function createTendFilters(deps: TendDeps) {
  return async function tendFilters(now: Date): Promise<void> {
    await deps.store.transaction(async (tx) => {
      if (!(await tryLock(tx, 'numfleet.seen-filters'))) return;
      const answers = Map.groupBy(await takeAnswers(tx, window), (one) => one.campaignId);
      const campaigns = await readFilteredCampaigns(tx, deps.leastPages);
      let bytes = campaigns.flatMap(({ filters }) => filters).reduce((sum, filter) => sum + filter.bytes, 0);
      for (const campaign of campaigns) {
        const round = createRound(tx, campaign, now, deps);
        await round.dropGone();
        await round.judge(answers.get(campaign.campaignId) ?? []);
        bytes += await round.build(mostBytes - bytes);
      }
    });
  };
}

function createRound(tx: Transaction, campaign: FilteredCampaign, now: Date, { store, queue, emit }: TendDeps) {
  const { campaignId } = campaign;
  const filters = new Map(campaign.filters.map((filter) => [filter.generation, filter]));
  const has = (state: FilterState) => [...filters.values()].some((filter) => filter.state === state);

  async function change(filter: BuiltFilter, changes: Partial<Pick<BuiltFilter, 'state' | 'goodWindows' | 'strikes'>>) {
    const changed = { ...filter, ...changes };
    filters.set(filter.generation, changed);
    await changeFilter(tx, changed);
    if (changed.state !== filter.state) tell(changed, changed.state);
  }

  async function drop(filter: BuiltFilter): Promise<void> {
    filters.delete(filter.generation);
    await dropFilter(tx, filter);
    await takeFilter(queue, filter);
    tell(filter, 'dropped');
  }

  const tell = ({ generation, keys }: BuiltFilter, state: FilterState | 'dropped') =>
    emit({ type: 'filter.changed', campaignId, generation, state, keys });

  async function judgeOne(filter: BuiltFilter, answers: FilterAnswers, baseline: Baseline): Promise<Baseline> {
    const { keys, strikes, generation } = filter;
    const verdict = judgeAnswers(baseline, { ...answers, promised: promisedRate(filter, keys), strikes }, now);
    const { rate, usual, alarm } = verdict;
    emit({ type: 'filter.judged', campaignId, generation, rate, usual, answers: answers.asked, wrong: answers.wrong });
    if (alarm !== null) {
      emit({ type: 'filter.alarmed', campaignId, generation, rule: alarm, rate, usual });
      if (filter.state === 'live') await change(filter, { state: 'bypassed' });
      else if (filter.state === 'trial') await drop(filter);
      return verdict.baseline;
    }
    const goodWindows = verdict.strikes > 0 ? 0 : filter.goodWindows + 1;
    const isProven = filter.state === 'trial' && goodWindows >= trialWindows;
    await change(filter, { goodWindows, strikes: verdict.strikes, state: isProven ? 'live' : filter.state });
    if (isProven) for (const other of [...filters.values()]) if (other.generation !== generation) await drop(other);
    return verdict.baseline;
  }

  return {
    async dropGone(): Promise<void> {
      for (const filter of [...filters.values()]) {
        if (!campaign.inProgress || (await isGone(queue, filter))) await drop(filter);
      }
    },
    async judge(answers: readonly FilterAnswers[]): Promise<void> {
      let baseline = (campaign.baseline ?? nothingLearnt) as Baseline;
      for (const some of answers) {
        const filter = filters.get(some.generation);
        // What crawlers still send that had it from before counts as bypassed.
        if (filter && filter.state !== 'bypassed') baseline = await judgeOne(filter, some, baseline);
      }
      if (answers.length > 0) await keepBaseline(tx, campaignId, baseline);
    },
    /** Gives by how many bytes there are more. */
    async build(mostBytes: number): Promise<number> {
      const newest = [...filters.values()].at(-1);
      const isWanted = newest?.state !== 'live' || campaign.pages >= growth * newest.keys;
      const isRested = !newest || now.getTime() - newest.builtAt.getTime() >= restMs;
      if (!campaign.inProgress || has('trial') || !isWanted || !isRested) return 0;
      const shape = shapeOf(campaign.pages, mostBytes);
      if (shape.bytes * 8 < leastBitsAKey * campaign.pages) return 0;
      const named = { campaignId, generation: campaign.newest + 1, ...shape };
      const keys = await layFilter(queue, named, readSeenKeys(store, campaignId));
      const filter = { ...named, state: 'trial', keys, builtAt: now, goodWindows: 0, strikes: 0 } as const;
      await addFilter(tx, filter);
      tell(filter, 'trial');
      return shape.bytes;
    },
  };
}
