import type { FaultResult } from '../frame/scenario.ts';

const size = { width: 640, height: 150, left: 34, right: 12, top: 14, bottom: 24 };

/** The signal over time as SVG: a step line, the injection, the detection and the time given for it. */
export function plotSignal({ samples, signal }: FaultResult): string {
  if (samples.length === 0) return '';
  const from = Math.min(0, samples[0]?.at ?? 0);
  const to = Math.max(signal.withinSeconds, samples.at(-1)?.at ?? 0);
  const top = Math.max(signal.least, ...samples.map(({ value }) => value)) * 1.1;
  const bottomAt = size.height - size.bottom;
  const x = (at: number) => round(size.left + ((at - from) / (to - from)) * (size.width - size.left - size.right));
  const y = (value: number) => round(bottomAt - (value / top) * (bottomAt - size.top));

  const steps = samples.map(({ at, value }, index) =>
    index === 0 ? `M${x(at)} ${y(value)}` : `H${x(at)}V${y(value)}`,
  );
  const mark = (kind: string, at: number, label: string) =>
    `<g class="${kind}"><line x1="${x(at)}" x2="${x(at)}" y1="${size.top}" y2="${bottomAt}"/>` +
    `<text x="${x(at) + 4}" y="${size.top + (kind === 'injection' ? 2 : 16)}">${label}</text></g>`;
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="The signal over time">`,
    `<rect class="given" x="${x(0)}" y="${size.top}" width="${round(x(signal.withinSeconds) - x(0))}" height="${bottomAt - size.top}"/>`,
    `<line class="axis" x1="${size.left}" x2="${size.width - size.right}" y1="${bottomAt}" y2="${bottomAt}"/>`,
    ...ticks(from, to).map((at) => `<text class="tick" x="${x(at)}" y="${size.height - 8}">${at} s</text>`),
    `<text class="value" x="${size.left - 6}" y="${y(signal.least) + 4}">${signal.least}</text>`,
    `<line class="least" x1="${size.left}" x2="${size.width - size.right}" y1="${y(signal.least)}" y2="${y(signal.least)}"/>`,
    `<path class="signal" d="${steps.join('')}"/>`,
    mark('injection', 0, 'injected'),
    signal.seconds === null ? '' : mark('detection', signal.seconds, `detected, ${signal.seconds.toFixed(1)} s`),
    '</svg>',
  ].join('');
}

function ticks(from: number, to: number): number[] {
  const step = [1, 2, 5, 10, 20, 50].find((width) => (to - from) / width <= 10) ?? 100;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}

const round = (value: number) => Math.round(value * 10) / 10;
