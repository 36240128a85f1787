import { expect, test } from 'vitest';
import {
  auditCounts,
  type ClaimedPage,
  commitPageResult,
  ensureCampaignKey,
  foldCounts,
  readCampaignKey,
  rewrapCampaignKeys,
  type SealedNumber,
  shredCampaign,
} from '../index.ts';
import { claimAnswered, offer, resultOf, sealedNumber } from '../testing/test-database.ts';
import { openTestStores, startCampaign } from '../testing/test-stores.ts';

const now = new Date('2026-11-23T10:00:00Z');
const wrapped = Buffer.alloc(60, 7);

const { database, owner, scheduler, sink, console } = await openTestStores();
/** A campaign with a key and two pages that are leased. */
async function lease(host: string): Promise<{ campaignId: string; pages: ClaimedPage[] }> {
  const seeds = [offer(`http://${host}/1`), offer(`http://${host}/2`)];
  const campaignId = await startCampaign(console, seeds, now, { delayMs: 0, hostConcurrency: 9 });
  await ensureCampaignKey(sink, { campaignId, wrapped, masterId: 'old', now });
  const claimed = await claimAnswered(scheduler, sink, { now });
  return { campaignId, pages: claimed.pages.filter((page) => page.campaignId === campaignId) };
}

function commit(page: ClaimedPage | undefined, numbers: SealedNumber[]) {
  const result = resultOf(page ?? expect.unreachable(), now);
  return sink.transaction((tx) => commitPageResult(tx, { result, numbers, links: [] }, { now }));
}

const shred = (campaignId: string) =>
  console.transaction((tx) => shredCampaign(tx, { campaignId, reason: 'test', actor: 'test', now }));

test('a shredded campaign has no key, no number and no blind index, and what comes late is dropped; another keeps its own', async () => {
  const [doomed, other] = [await lease('doomed.test'), await lease('other.test')];
  const numbers = [sealedNumber(1), sealedNumber(2)];
  await commit(doomed.pages[0], numbers);
  await commit(other.pages[0], numbers);
  expect(await shred(doomed.campaignId)).toMatchObject({ numbers: 2, sightings: 2, hadKey: true });
  expect(await commit(doomed.pages[1], numbers)).toMatchObject({ verdict: 'committed', numbers: 0, suppressed: 2 });

  const keyOf = (campaign: string) => readCampaignKey(owner, campaign);
  expect([await keyOf(doomed.campaignId), await keyOf(other.campaignId)]).toEqual([{ wrapped: null }, { wrapped }]);
  const held = await owner.query('select campaign_id from numbers union all select campaign_id from sightings');
  expect(held.rows).toEqual(Array.from({ length: 4 }, () => ({ campaign_id: other.campaignId })));
  await foldCounts(scheduler);
  expect(await auditCounts(owner, doomed.campaignId)).toMatchObject({ exact: true });
  expect(await shred(doomed.campaignId)).toMatchObject({ numbers: 0, sightings: 0, hadKey: false });
  // A key that a sink made just before does not bring it back to life.
  const late = { campaignId: doomed.campaignId, wrapped, masterId: 'old', now };
  expect(await ensureCampaignKey(sink, late)).toEqual({ wrapped: null });
});

test('no role may read or change more of the keys than it needs', async () => {
  for (const [role, sql] of [
    ['numfleet_sink', 'update campaign_keys set wrapped = null'],
    ['numfleet_sink', 'delete from campaign_keys'],
    ['numfleet_console', 'delete from campaign_keys'],
    ['numfleet_scheduler', 'select wrapped from campaign_keys'],
  ] as const) {
    await expect(database.store(role).query(sql)).rejects.toThrow('permission denied');
  }
});

test('a master key is exchanged in steps: what was wrapped before it was broken off is not wrapped again', async () => {
  const { campaignId } = await lease('steps.test');
  const wrappings: string[] = [];
  const rewrap = async (campaign: string, given: Buffer) => {
    if (campaign === campaignId && wrappings.length < 2) throw new Error('broken off');
    wrappings.push(campaign);
    return { wrapped: Buffer.concat([given, Buffer.of(1)]), masterId: 'new' };
  };
  await owner.query("update campaign_keys set master_id = 'new' where campaign_id < $1 and wrapped is not null", [
    campaignId,
  ]);
  await expect(rewrapCampaignKeys(owner, { from: 'old', rewrap })).rejects.toThrow('broken off');
  wrappings.push('', '');
  expect(await rewrapCampaignKeys(owner, { from: 'old', rewrap })).toBe(1);
  expect(await rewrapCampaignKeys(owner, { from: 'old', rewrap })).toBe(0);
  expect((await readCampaignKey(owner, campaignId))?.wrapped).toHaveLength(61);
});
