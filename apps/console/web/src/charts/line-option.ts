import type { EChartsCoreOption } from './echarts.ts';
import type { Palette } from './palette.ts';

export interface Line {
  name: string;
  colour: string;
  /** `[epoch ms, value]`, the oldest first. */
  points: readonly (readonly [number, number])[];
  look: 'solid' | 'dashed' | 'filled';
}

const shortestSpanMs = 60_000;

/** A chart of lines over time: quiet axes, figures on hover, and no movement of its own beside that of the data. */
export function lineOption(lines: readonly Line[], now: number, palette: Palette): EChartsCoreOption {
  const oldest = Math.min(...lines.map(({ points }) => points[0]?.[0] ?? now));
  const label = { color: palette.faint, fontSize: 11, hideOverlap: true };
  return {
    animation: false,
    grid: { left: 4, right: 26, top: 12, bottom: 2, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'time',
      min: Math.min(oldest, now - shortestSpanMs),
      max: now,
      splitNumber: 4,
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { ...label, formatter: (at: number) => timeOfDay(at) },
    },
    yAxis: {
      type: 'value',
      min: 0,
      // An idle chart has a scale too.
      max: (range: { max: number }) => (range.max > 0 ? null : 1),
      splitNumber: 3,
      axisLabel: label,
      splitLine: { lineStyle: { color: palette.line } },
    },
    tooltip: {
      trigger: 'axis',
      // Drawn on the canvas: as HTML it would be markup with inline styles, which the console's policy refuses.
      renderMode: 'richText',
      backgroundColor: palette.card,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 12 },
      axisPointer: { lineStyle: { color: palette.faint } },
      valueFormatter: (value: number) => String(Math.round(value * 10) / 10),
    },
    series: lines.map(seriesOf),
  };
}

function seriesOf({ name, colour, points, look }: Line) {
  return {
    name,
    type: 'line',
    data: points,
    showSymbol: false,
    color: colour,
    lineStyle: { width: 2, type: look === 'dashed' ? 'dashed' : 'solid' },
    ...(look === 'filled' ? { areaStyle: { opacity: 0.16 } } : {}),
  };
}

function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}
