import { addScores, type LabelScore } from '../../../packages/extract/src/testing/labelled-pages.ts';

const samples = 2_000;

/** The 95 % interval of the difference in F1 of two extractors on the same pages: pages are drawn again, in pairs. */
export function pairedBootstrap(
  ours: readonly LabelScore[],
  theirs: readonly LabelScore[],
): [low: number, high: number] {
  const random = createRandom(1);
  const differences = Array.from({ length: samples }, () => {
    const drawn = ours.map(() => Math.floor(random() * ours.length));
    const f1Of = (scores: readonly LabelScore[]): number => addScores(drawn.flatMap((index) => scores[index] ?? [])).f1;
    return f1Of(ours) - f1Of(theirs);
  }).sort((a, b) => a - b);
  return [differences[Math.floor(samples * 0.025)] ?? 0, differences[Math.floor(samples * 0.975)] ?? 0];
}

/** The same numbers in every run (mulberry32), so that a figure can be had again. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
