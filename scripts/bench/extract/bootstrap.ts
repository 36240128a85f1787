import { addScores, type LabelScore } from '../../../packages/extract/src/testing/labelled-pages.ts';
import { createRandom } from '../../extract/random.ts';

const samples = 2_000;

/** The 95 % interval of the difference in F1 of two extractors on the same pages: pages are drawn again, in pairs. */
export function pairedBootstrap(
  ours: readonly LabelScore[],
  theirs: readonly LabelScore[],
): [low: number, high: number] {
  const random = createRandom(1);
  const differences = Array.from({ length: samples }, () => {
    const drawn = ours.map(() => random.below(ours.length));
    const f1Of = (scores: readonly LabelScore[]): number => addScores(drawn.flatMap((index) => scores[index] ?? [])).f1;
    return f1Of(ours) - f1Of(theirs);
  }).sort((a, b) => a - b);
  return [differences[Math.floor(samples * 0.025)] ?? 0, differences[Math.floor(samples * 0.975)] ?? 0];
}
