import { expect, test } from 'vitest';
import { plotLines } from './plot-lines.ts';
import { renderPage } from './render-page.ts';

const points = [
  { x: 0, y: 0 },
  { x: 50, y: 20 },
  { x: 100, y: 10 },
];

test('a line begins at the axes, ends at the right and is nowhere outside of its frame', () => {
  const svg = plotLines({ xLabel: 'pages', yLabel: 'MiB', lines: [{ name: 'memory', points }], marks: [50] });
  const drawn = /<polyline class="line-0" points="([^"]+)"/.exec(svg)?.[1]?.split(' ') ?? [];
  const [first, middle, last] = drawn.map((pair) => pair.split(',').map(Number));
  expect(first).toEqual([62, 276]);
  expect(last?.[0]).toBe(610);
  expect(middle?.[1]).toBeGreaterThanOrEqual(16);
  expect(middle?.[1]).toBeLessThan(last?.[1] ?? 0);
  expect(svg).toContain(`<line class="mark" x1="${middle?.[0]}"`);
});

test('what is said of a picture is text, not markup', () => {
  const html = renderPage({ title: 'a < b', svg: '<svg></svg>', lines: ['<script>'] });
  expect(html).toContain('<h1>a &lt; b</h1>');
  expect(html).toContain('<li>&lt;script&gt;</li>');
});
