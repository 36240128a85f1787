import { describe, expect, test } from 'vitest';
import { type Baseline, judgeAnswers, nothingLearnt } from './judge-answers.ts';

const start = Date.parse('2026-11-23T10:00:00Z');
const promised = 0.005;

/** Judges windows of 1,000 answers each, `everyMs` apart; gives the verdicts. */
function judge(wrongs: readonly number[], everyMs = 10_000, from: Baseline = nothingLearnt) {
  let [baseline, strikes] = [from, 0];
  return wrongs.map((wrong, n) => {
    const window = { asked: 1_000, wrong, promised, strikes };
    const verdict = judgeAnswers(baseline, window, new Date(start + n * everyMs));
    ({ baseline, strikes } = verdict);
    return verdict;
  });
}

const alarms = (verdicts: ReturnType<typeof judge>) => verdicts.map(({ alarm }) => alarm);
const calm = [4, 6, 5, 3, 7, 5, 4, 6, 5, 5];

describe('G42: answers of a filter', () => {
  test('that are as usual raise no alarm, and teach what is usual', () => {
    const verdicts = judge([...calm, ...calm, ...calm]);
    expect(alarms(verdicts).every((alarm) => alarm === null)).toBe(true);
    expect(verdicts.at(-1)?.baseline.mean).toBeCloseTo(0.005, 4);
  });

  test('three deviations above the mean are an alarm when they come twice in a row', () => {
    expect(alarms(judge([...calm, 13, 13], 60_000)).slice(-2)).toEqual([null, 'deviation']);
    expect(alarms(judge([...calm, 13, 5, 13, 5], 60_000)).every((alarm) => alarm === null)).toBe(true);
  });

  test('what was odd teaches nothing', () => {
    const [before, odd] = judge([...calm, 13]).slice(-2);
    expect(odd?.baseline.mean).toBe(before?.baseline.mean);
  });

  test('half as much again within five minutes is an alarm at once, where it is no chance', () => {
    const usual: Baseline = { ...nothingLearnt, windows: 50, mean: 0.1, squares: 50 * 0.05 ** 2 };
    const slow = [100, 101, 102, 101, 155];
    expect(alarms(judge(slow, 10_000, usual)).at(-1)).toBe('slope');
    expect(alarms(judge(slow, 400_000, usual)).at(-1)).toBeNull();
    expect(alarms(judge([100, 101, 102, 101, 130], 10_000, usual)).at(-1)).toBeNull();
  });

  test('of the first filter are measured by what it promises', () => {
    expect(alarms(judge([0, 1, 2, 0]))).toEqual([null, null, null, null]);
    expect(alarms(judge([700, 700]))).toEqual([null, 'deviation']);
  });
});
