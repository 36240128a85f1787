export interface FittedLine {
  /** Of y. */
  mean: number;
  /** Of y by x. */
  slope: number;
  at(x: number): number;
}

/** Least squares. */
export function fitLine(points: readonly { x: number; y: number }[]): FittedLine {
  const meanOf = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [middle, mean] = [meanOf(({ x }) => x), meanOf(({ y }) => y)];
  const spread = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
  const slope = spread === 0 ? 0 : points.reduce((sum, { x, y }) => sum + (x - middle) * (y - mean), 0) / spread;
  return { mean, slope, at: (x) => mean + slope * (x - middle) };
}
