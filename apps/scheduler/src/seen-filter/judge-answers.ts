import type { FilterAlarm } from '@numfleet/contracts';

/** How often a campaign's filters call a link known that is not, as it has shown. */
export interface Baseline {
  /** Windows of answers that it was learnt from, with the mean of their rates and the sum of squares about it (Welford, 1962). */
  windows: number;
  mean: number;
  squares: number;
  /** The last five minutes' rates, of them. */
  recent: { at: number; rate: number }[];
}

export interface Verdict {
  /** Wrong answers of all that were asked for. */
  rate: number;
  /** What it was expected to be. */
  usual: number;
  alarm: FilterAlarm | null;
  /** Windows in a row that were out of the ordinary. */
  strikes: number;
  baseline: Baseline;
}

export const nothingLearnt: Baseline = { windows: 0, mean: 0, squares: 0, recent: [] };

const slopeMs = 300_000;
const steep = 1.5;

/**
 * Judges a window of a filter's answers (G42). Three deviations above the mean, twice in a row, are an alarm; so is half as much
 * again as within the last five minutes. A rate that is counted in few answers deviates by itself: the deviation is at least that of
 * the binomial distribution. Until something is learnt, what the filter promises is usual. Odd windows teach nothing. Pure.
 */
export function judgeAnswers(
  baseline: Baseline,
  window: { asked: number; wrong: number; promised: number; strikes: number },
  now: Date,
): Verdict {
  const { asked, wrong, promised } = window;
  const rate = wrong / asked;
  const usual = baseline.windows > 0 ? baseline.mean : promised;
  const isOdd = rate > usual + 3 * Math.max(deviationOf(baseline), sampling(Math.max(usual, promised), asked));
  const strikes = isOdd ? window.strikes + 1 : 0;
  const recent = baseline.recent.filter(({ at }) => at > now.getTime() - slopeMs);
  const alarm = strikes >= 2 ? 'deviation' : hasRisen(recent, rate, { asked, promised }) ? 'slope' : null;
  const learnt = isOdd
    ? { ...baseline, recent }
    : { ...learn(baseline, rate), recent: [...recent, { at: now.getTime(), rate }] };
  return { rate, usual, alarm, strikes, baseline: learnt };
}

/** Against the first of them, as far as that is not chance either. */
function hasRisen(
  recent: Baseline['recent'],
  rate: number,
  { asked, promised }: { asked: number; promised: number },
): boolean {
  const [first] = recent;
  if (!first || recent.length < 2) return false;
  const before = Math.max(first.rate, promised);
  return rate >= steep * before && rate > before + 4 * sampling(before, asked);
}

function learn(baseline: Baseline, rate: number): Baseline {
  const windows = baseline.windows + 1;
  const mean = baseline.mean + (rate - baseline.mean) / windows;
  return { ...baseline, windows, mean, squares: baseline.squares + (rate - baseline.mean) * (rate - mean) };
}

const deviationOf = ({ windows, squares }: Baseline) => (windows < 2 ? 0 : Math.sqrt(squares / (windows - 1)));

/** Of a rate that is counted in `asked` answers; one wrong answer is within it. */
function sampling(rate: number, asked: number): number {
  const least = Math.max(rate, 1 / asked);
  return Math.sqrt((least * (1 - Math.min(least, 0.5))) / asked);
}
