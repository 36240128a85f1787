import type { FleetView, ThroughputSample } from '@numfleet/contracts';
import { expect, test } from 'vitest';
import { type Moment, remember } from './fleet-history.ts';
import { ratesOfCampaign, ratesOfFleet } from './rates.ts';

const start = Date.parse('2026-11-23T10:00:00Z');
const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString();

const sample = (seconds: number, done: number): ThroughputSample => ({
  at: at(seconds),
  seconds: 2,
  done,
  failed: 0,
  sightings: done * 3,
});

test('rates are averaged over the last ten seconds, so that a single page does not make them jump', () => {
  const rates = ratesOfFleet(
    [2, 4, 6, 8, 10, 12, 14, 16, 18, 20].map((second) => sample(second, second <= 10 ? 20 : 0)),
  );
  expect(rates.map(({ done }) => done)).toEqual([10, 10, 10, 10, 10, 8, 6, 4, 2, 0]);
  expect(rates[0]).toMatchObject({ at: start + 2_000, sightings: 30, failed: 0 });
});

test('no samples are no rates', () => {
  expect(ratesOfFleet([])).toEqual([]);
  expect(ratesOfCampaign([], '1')).toEqual([]);
});

const view = (seconds: number, done: number, campaign = '1') =>
  ({
    at: at(seconds),
    queues: [],
    campaigns: [{ campaign, pages: { done, failed: 0 }, sightings: 0 }],
  }) as unknown as FleetView;

const watched = (...views: FleetView[]) => views.reduce<readonly Moment[]>(remember, []);

test("a campaign's rates come from what its totals grew by; a retry that takes pages back is no negative work", () => {
  const history = watched(view(0, 10), view(1, 14), view(2, 4), view(3, 6));
  expect(ratesOfCampaign(history, '1').map(({ done }) => done)).toEqual([4, 2, 2]);
  expect(ratesOfCampaign(history, '2')).toEqual([]);
});

test('ten minutes are remembered; an answer that was seen already is not counted twice', () => {
  const history = watched(view(0, 1), view(0, 1), view(300, 2), view(601, 3));
  expect(history.map((moment) => (moment.at - start) / 1_000)).toEqual([300, 601]);
});

test('a clock that was set back starts a new history', () => {
  expect(watched(view(100, 1), view(101, 2), view(50, 2)).map((moment) => (moment.at - start) / 1_000)).toEqual([50]);
});
