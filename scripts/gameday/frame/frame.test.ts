import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { printTable } from '../report/print-table.ts';
import { renderHtml } from '../report/render-html.ts';
import { defineScenario } from './define-scenario.ts';
import { playGameDay } from './play-game-day.ts';
import { readSeries } from './read-series.ts';
import { type Fault, type FaultResult, type Field, passed, type Scenario } from './scenario.ts';
import { createIncrease } from './watch-signal.ts';

/** A fleet of one counter, which counts what is done to it. */
interface Toy extends Field {
  harm(): void;
  undone: number;
  closed: boolean;
}

function openToy(): Toy {
  let harmed = 0;
  return {
    harm() {
      harmed += 1;
    },
    undone: 0,
    closed: false,
    scrape: async () => new Map([['toy', `harmed_total{kind="real"} ${harmed}\n`]]),
    async [Symbol.asyncDispose]() {
      this.closed = true;
    },
  };
}

const good: Fault<Toy> = {
  title: 'harm',
  signal: {
    metric: 'harmed_total',
    labels: { kind: 'real' },
    least: 1,
    withinSeconds: 1,
    elsewhere: { metric: 'harmed_total', labels: { kind: 'other' } },
  },
  async inject(toy) {
    toy.harm();
    return {
      hold: async () => [{ name: 'stands', holds: true, measured: 'upright' }],
      async [Symbol.asyncDispose]() {
        toy.undone += 1;
      },
    };
  },
  defenceOff: { title: 'off', run: async () => [{ name: 'stands', holds: false, measured: 'lying' }] },
};

async function play(fault: Partial<Fault<Toy>>, deadlineMs = 20_000, stop = new AbortController().signal) {
  const toy = openToy();
  const scenario = toyScenario(toy, { ...good, ...fault }, deadlineMs);
  const [result] = await playGameDay([scenario], { stop, onStep() {}, onScenario() {} });
  if (result === undefined) throw new Error('no result');
  return { toy, result, scenario };
}

function toyScenario(toy: Toy, fault: Fault<Toy>, deadlineMs: number): Scenario {
  return defineScenario<Toy>({ id: 'G0', title: 'Toy', deadlineMs, open: async () => toy, faults: [fault] });
}

const holding =
  (holds: boolean): Fault<Toy>['inject'] =>
  async (toy) => {
    toy.harm();
    return {
      hold: async () => [{ name: 'stands', holds, measured: '' }],
      async [Symbol.asyncDispose]() {
        toy.undone += 1;
      },
    };
  };

describe.concurrent('a scenario', () => {
  test('passes when it holds, says so, and its controls fail; it is undone then', async () => {
    const { toy, result } = await play({});
    expect(passed(result)).toBe(true);
    expect(result.controls.map(({ failedAsItMust }) => failedAsItMust)).toEqual([true, true, true]);
    expect(result.signal.seconds).toBeLessThan(1);
    expect(result.samples.some(({ at, value }) => at < 0 && value === 0)).toBe(true);
    expect([toy.undone, toy.closed]).toEqual([1, true]);
  });

  test.each<[string, Partial<Fault<Toy>>]>([
    ['does not hold', { inject: holding(false) }],
    ['asserts nothing', { inject: async () => ({ hold: async () => [], async [Symbol.asyncDispose]() {} }) }],
    ['holds unseen', { inject: async () => ({ ...(await good.inject(openToy(), new AbortController().signal)) }) }],
    [
      'holds with its defence off',
      { defenceOff: { title: 'on', run: async () => [{ name: '', holds: true, measured: '' }] } },
    ],
    ['is detected wherever the detector looks', { signal: { ...good.signal, elsewhere: good.signal } }],
  ])('fails that %s', async (_what, fault) => {
    const { result } = await play(fault);
    expect(result.error).toBeNull();
    expect(passed(result)).toBe(false);
  });

  test('fails whose signal is not silent before anything is injected', async () => {
    const toy = openToy();
    const noise = setInterval(toy.harm, 100);
    const [result] = await playGameDay([toyScenario(toy, good, 20_000)], {
      stop: new AbortController().signal,
      onStep() {},
      onScenario() {},
    });
    clearInterval(noise);
    expect(result?.controls[0]?.failedAsItMust).toBe(false);
  });

  test('is undone and closed also when it throws, and the next is played all the same', async () => {
    const toy = openToy();
    const throwing: Fault<Toy> = {
      ...good,
      inject: async (field, stop) => ({
        ...(await good.inject(field, stop)),
        hold: async () => Promise.reject(new Error('no')),
      }),
    };
    const next = openToy();
    const results = await playGameDay([toyScenario(toy, throwing, 20_000), toyScenario(next, good, 20_000)], {
      stop: new AbortController().signal,
      onStep() {},
      onScenario() {},
    });
    expect(results.map(({ error }) => error)).toEqual(['no', null]);
    expect([toy.undone, toy.closed, next.closed]).toEqual([1, true, true]);
  });

  test('that takes longer than its deadline fails by that, undone', async () => {
    const slow: Fault<Toy>['inject'] = async (toy, stop) => ({
      ...(await good.inject(toy, stop)),
      hold: async () => await sleep(60_000, [], { signal: stop }),
    });
    const { toy, result } = await play({ inject: slow }, 3_000);
    expect(passed(result)).toBe(false);
    expect([toy.undone, toy.closed]).toEqual([1, true]);
  });

  test('that is interrupted is undone, and no other begins', async () => {
    const interrupted = new AbortController();
    setTimeout(() => interrupted.abort(new Error('interrupted')), 500);
    const [toy, never] = [openToy(), openToy()];
    const scenarios = [toyScenario(toy, good, 20_000), toyScenario(never, good, 20_000)];
    const results = await playGameDay(scenarios, { stop: interrupted.signal, onStep() {}, onScenario() {} });
    expect(results.map(passed)).toEqual([false]);
    expect([toy.closed, never.closed]).toEqual([true, false]);
  });

  test('that cannot even start has a result for each of its faults', async () => {
    const scenario = defineScenario<Toy>({
      ...{ id: 'G0', title: 'Toy', deadlineMs: 1_000, faults: [good, { ...good, title: 'more harm' }] },
      open: () => Promise.reject(new Error('no fleet')),
    });
    const results = await playGameDay([scenario], { stop: new AbortController().signal, onStep() {}, onScenario() {} });
    expect(results.map(({ fault, error }) => `${fault}: ${error}`)).toEqual(['harm: no fleet', 'more harm: no fleet']);
    expect(results.some(passed)).toBe(false);
  });
});

test('a series is the sum of the samples that have its labels', () => {
  const text =
    '# TYPE a_total counter\na_total{x="1",service="s"} 2\na_total{x="1",y="2"} 3\na_total{x="2"} 5\na_total_b 7\n';
  expect(readSeries(text, { metric: 'a_total', labels: { x: '1' } })).toBe(5);
  expect(readSeries(text, { metric: 'a_total', labels: {} })).toBe(10);
  expect(readSeries(text, { metric: 'a_total', labels: { x: '3' } })).toBeNull();
});

test('the increase of a counter outlives a process that starts anew', () => {
  const increase = createIncrease();
  for (const value of [10, 12, 1, 3]) increase.observe('crawler-1', value);
  for (const value of [5, 5]) increase.observe('crawler-2', value);
  expect(increase.total()).toBe(5);
});

test('table and page tell what failed, and why', async () => {
  const { result, scenario } = await play({ inject: holding(false) });
  const failed: FaultResult = { ...result, fault: 'harm <b>' };
  const day = { at: '2026-11-23T10:00:00.000Z', seconds: 3, node: 'v24', results: [failed] };
  expect(printTable(day)).toContain('0 of 1 held');
  const html = renderHtml(day, [scenario]);
  expect(html).toContain('harm &lt;b&gt;');
  expect(html).toContain('<svg');
  expect(html).not.toMatch(/(?:src|href)="(?!#)/);
});
