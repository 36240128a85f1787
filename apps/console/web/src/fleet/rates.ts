import type { ThroughputSample } from '@numfleet/contracts';
import type { Moment, Totals } from './fleet-history.ts';

/** Per second, at `at` (epoch ms). */
export interface Rates extends Totals {
  at: number;
}

/** What a rate is averaged over: long enough that single pages do not make it jump, short enough to see a stall. */
const windowMs = 10_000;

/** The fleet's rates, from the console's own samples. */
export function ratesOfFleet(samples: readonly ThroughputSample[]): Rates[] {
  return averaged(samples.map((sample) => ({ ...sample, at: Date.parse(sample.at) })));
}

/** A campaign's rates, as far as this page has watched it. */
export function ratesOfCampaign(history: readonly Moment[], campaign: string): Rates[] {
  const steps: Step[] = [];
  for (const [index, { at, campaigns }] of history.entries()) {
    const before = history[index - 1];
    const [was, is] = [before?.campaigns.get(campaign), campaigns.get(campaign)];
    if (before === undefined || was === undefined || is === undefined) continue;
    // A retry takes failed pages back, and retention takes sightings; that is no negative work.
    const grown = (counter: keyof Totals) => Math.max(0, is[counter] - was[counter]);
    const seconds = (at - before.at) / 1_000;
    steps.push({ at, seconds, done: grown('done'), failed: grown('failed'), sightings: grown('sightings') });
  }
  return averaged(steps);
}

interface Step extends Totals {
  at: number;
  seconds: number;
}

function averaged(steps: readonly Step[]): Rates[] {
  let first = 0;
  return steps.map(({ at }, last) => {
    while ((steps[first]?.at ?? at) <= at - windowMs) first += 1;
    const within = steps.slice(first, last + 1);
    const seconds = sum(within, 'seconds');
    const rate = (counter: keyof Totals) => (seconds === 0 ? 0 : sum(within, counter) / seconds);
    return { at, done: rate('done'), failed: rate('failed'), sightings: rate('sightings') };
  });
}

function sum(steps: readonly Step[], counter: keyof Totals | 'seconds'): number {
  return steps.reduce((total, step) => total + step[counter], 0);
}
