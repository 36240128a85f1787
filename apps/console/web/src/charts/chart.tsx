import { type ReactNode, useEffect, useRef } from 'react';
import { type EChartsCoreOption, init } from './echarts.ts';

/** A canvas of ECharts. `children` say in words and figures what it shows, for those who do not see it and for the rest. */
export function Chart({ option, children }: { option: EChartsCoreOption; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init>>(null);

  useEffect(() => {
    if (place.current === null) return;
    const drawn = init(place.current, null, { renderer: 'canvas' });
    chart.current = drawn;
    const resized = new ResizeObserver(() => drawn.resize());
    resized.observe(place.current);
    return () => {
      resized.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => chart.current?.setOption(option), [option]);

  return (
    <figure className="chart">
      <figcaption>{children}</figcaption>
      <div ref={place} className="canvas" aria-hidden="true" />
    </figure>
  );
}
