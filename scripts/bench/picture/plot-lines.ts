interface Line {
  name: string;
  points: readonly { x: number; y: number }[];
  /** Drawn thin and dashed: what was hoped for, or a trend. */
  isGuide?: boolean;
}

export interface Plot {
  xLabel: string;
  yLabel: string;
  lines: readonly Line[];
  /** Stretches and moments of the x axis, such as faults. */
  marks?: readonly number[];
}

const size = { width: 760, height: 320, left: 62, right: 150, top: 16, bottom: 44 };

/** Lines over one axis, from zero upwards, as SVG. */
export function plotLines({ xLabel, yLabel, lines, marks = [] }: Plot): string {
  const all = lines.flatMap(({ points }) => points);
  const [farthest, highest] = [Math.max(...all.map(({ x }) => x)), Math.max(...all.map(({ y }) => y)) * 1.08];
  const floor = size.height - size.bottom;
  const x = (value: number) => round(size.left + (value / farthest) * (size.width - size.left - size.right));
  const y = (value: number) => round(floor - (value / highest) * (floor - size.top));
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${yLabel} by ${xLabel}">`,
    ...marks.map((at) => `<line class="mark" x1="${x(at)}" x2="${x(at)}" y1="${size.top}" y2="${floor}"/>`),
    ...ticks(highest).map(
      (at) =>
        `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(at)}" y2="${y(at)}"/>` +
        `<text class="value" x="${size.left - 6}" y="${y(at) + 4}">${at}</text>`,
    ),
    ...ticks(farthest).map((at) => `<text class="tick" x="${x(at)}" y="${floor + 16}">${at}</text>`),
    `<text class="tick" x="${x(farthest / 2)}" y="${size.height - 8}">${xLabel}</text>`,
    `<text class="tick" transform="translate(14 ${floor / 2}) rotate(-90)">${yLabel}</text>`,
    ...lines.map((line, index) => drawLine(line, index, x, y)),
    '</svg>',
  ].join('\n');
}

function drawLine({ name, points, isGuide }: Line, index: number, x: Scale, y: Scale): string {
  const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ');
  return (
    `<polyline class="line-${index}${isGuide ? ' guide' : ''}" points="${path}"/>` +
    `<text class="line-${index}" x="${size.width - size.right + 10}" y="${size.top + 10 + 16 * index}">${name}</text>`
  );
}

type Scale = (value: number) => number;

function ticks(to: number): number[] {
  const rough = to / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(to / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

const round = (value: number) => Math.round(value * 10) / 10;
