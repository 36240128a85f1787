import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { formatReport } from './report.ts';
import { runBench } from './run-bench.ts';

const progress = { expect() {}, step() {}, stop() {} };
const around = (signal = AbortSignal.timeout(10_000)) => ({ signal, progress });
const figures = { speed: { unit: 'pages/s', better: 'higher' } } as const;

test('variants take turns, the first turn does not count, and ratios are to the first of them', async () => {
  const turns: string[] = [];
  const run = (name: string, speeds: number[]) => async () => {
    turns.push(name);
    return { speed: speeds.shift() ?? Number.NaN };
  };
  const bench: Bench = {
    name: 'pair',
    what: 'two speeds',
    run: ({ compare }) =>
      compare({ figures, rounds: 3, variants: { a: run('a', [9, 10, 20, 30]), b: run('b', [9, 5, 20, 60]) } }),
  };
  const report = await runBench(bench, around());
  expect(turns.join('')).toBe('abababab');
  expect(report).toMatchObject({
    error: null,
    measured: [{ runs: { a: { speed: [10, 20, 30] }, b: { speed: [5, 20, 60] } } }],
  });
  expect(formatReport(report)).toMatch(/│ b +│ +20 │ +5 │ +60 │ +1× │ +0\.5 … 2 │ 5 20 60 /);
});

test('rounds that are asked for replace its own, nothing is warmed up where it says so, and pictures are kept', async () => {
  let turns = 0;
  const once = async () => {
    turns += 1;
    return { speed: turns };
  };
  const bench: Bench = {
    name: 'drawn',
    what: 'a picture',
    async run({ compare, draw, pages }) {
      await compare({ figures, rounds: 9, warmUp: false, variants: { once } });
      draw({ file: 'drawn.html', html: String(pages) });
    },
  };
  const report = await runBench(bench, { ...around(), rounds: 2, pages: 7 });
  expect(report).toMatchObject({
    measured: [{ runs: { once: { speed: [1, 2] } }, roundsMissing: 0 }],
    pictures: [{ file: 'drawn.html', html: '7' }],
  });
});

test('a bench that fails tells what it has measured, and gives its parts back', async () => {
  let isGivenBack = false;
  const bench: Bench = {
    name: 'broken',
    what: 'fails in its second run',
    async run({ use, compare }) {
      use({
        [Symbol.dispose]() {
          isGivenBack = true;
        },
      });
      let runs = 0;
      const once = async () => {
        runs += 1;
        if (runs === 3) throw new Error('broken');
        return { speed: runs };
      };
      await compare({ figures, variants: { once } });
    },
  };
  const report = await runBench(bench, around());
  expect(report).toMatchObject({
    error: 'Error: broken',
    measured: [{ runs: { once: { speed: [2] } }, roundsMissing: 4 }],
  });
  expect(formatReport(report)).toContain('not finished: Error: broken');
  expect(isGivenBack).toBe(true);
});

test('I6: a run that never ends is left when the time is up', async () => {
  const bench: Bench = {
    name: 'endless',
    what: 'never ends',
    run: ({ compare }) => compare({ figures, variants: { endless: () => new Promise<never>(() => {}) } }),
  };
  const report = await runBench(bench, around(AbortSignal.timeout(100)));
  expect(report.error).not.toBeNull();
  expect(report.seconds).toBeLessThan(2);
});
