export interface Summary {
  median: number;
  min: number;
  max: number;
  /** Of the medians. */
  ratio: number;
  /** Of the runs that were neighbours: what changes on the machine from round to round falls out of them. */
  ratios: number[];
}

/** Sums up the runs of a variant, beside those of the variant that it is compared with. NaN where nothing was run. */
export function summarise(runs: readonly number[], base: readonly number[]): Summary {
  return {
    median: median(runs),
    min: runs.length === 0 ? Number.NaN : Math.min(...runs),
    max: runs.length === 0 ? Number.NaN : Math.max(...runs),
    ratio: median(runs) / median(base),
    ratios: runs.map((run, round) => run / (base[round] ?? Number.NaN)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle - 0.5)] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
