import { setTimeout as sleep } from 'node:timers/promises';
import { readSeries, type SeriesSpec } from './read-series.ts';
import type { Scrape } from './scenario.ts';

/** A counter that must rise by `least` within `withinSeconds` of the injection, and by nothing before it. */
export interface SignalSpec extends SeriesSpec {
  least: number;
  withinSeconds: number;
  /** Another series, that this fault must not move: the same detector looking elsewhere. */
  elsewhere: SeriesSpec;
}

export interface SignalWatch extends AsyncDisposable {
  /** Marks the time of the injection. */
  inject(): void;
  /** Waits until the signal has risen or its time is up. */
  verdict(stop: AbortSignal): Promise<{ rose: boolean; seconds: number | null }>;
  /** How far a series has risen since the watch began, or since the injection. */
  risenBefore(): number;
  risenElsewhere(): number;
  samples(): { at: number; value: number }[];
}

const everyMs = 250;

/** Scrapes a signal again and again, as Prometheus would, from now until it is disposed of. */
export async function watchSignal(scrape: Scrape, spec: SignalSpec): Promise<SignalWatch> {
  const signal = createIncrease();
  const elsewhere = createIncrease();
  const seen: { time: number; value: number }[] = [];
  const stopped = new AbortController();
  let injectedAt: number | null = null;
  let before = 0;
  let elsewhereBefore = 0;

  const sample = async () => {
    for (const [process, text] of await scrape()) {
      signal.observe(process, readSeries(text, spec) ?? 0);
      elsewhere.observe(process, readSeries(text, spec.elsewhere) ?? 0);
    }
    seen.push({ time: performance.now(), value: signal.total() });
  };
  await sample();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stopped.signal }).catch(() => {});
      if (!stopped.signal.aborted) await sample();
    }
  })();
  const risen = () => signal.total() - before;

  return {
    inject() {
      injectedAt = performance.now();
      before = signal.total();
      elsewhereBefore = elsewhere.total();
    },
    async verdict(stop) {
      const from = injectedAt ?? performance.now();
      while (risen() < spec.least && performance.now() - from < spec.withinSeconds * 1_000) {
        await sleep(everyMs / 5, undefined, { signal: stop });
      }
      const first = seen.find(({ time, value }) => time >= from && value - before >= spec.least);
      return { rose: first !== undefined, seconds: first === undefined ? null : (first.time - from) / 1_000 };
    },
    risenBefore: () => before,
    risenElsewhere: () => elsewhere.total() - elsewhereBefore,
    samples: () =>
      seen.map(({ time, value }) => ({ at: (time - (injectedAt ?? time)) / 1_000, value: value - before })),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await watching;
    },
  };
}

/** The increase of a counter over processes that may start anew, and then count from 0, as Prometheus' `increase`. */
export function createIncrease() {
  const last = new Map<string, number>();
  let total = 0;
  return {
    observe(process: string, value: number): void {
      const known = last.get(process);
      last.set(process, value);
      if (known === undefined) return;
      total += value >= known ? value - known : value;
    },
    total: () => total,
  };
}
