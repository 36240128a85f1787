import { expect, test } from 'vitest';
import { spokenText } from './spoken-text.ts';

test('what a page says is its text, whatever stands in its tags, scripts and comments', () => {
  const page = (visit: string) =>
    `<!doctype html><title>Shop</title><style>p{color:${visit}}</style><body data-visit="${visit}"><!-- ${visit} -->
     <script>visit("${visit}")</script><p>Open  on\nmost days</p><a href="?sid=${visit}">Next</a>`;
  expect(spokenText(page('a1'))).toBe('Shop Open on most days Next');
  expect(spokenText(page('b2'))).toBe(spokenText(page('a1')));
  expect(spokenText(Buffer.from(page('c3')))).toBe(spokenText(page('a1')));
  expect(spokenText('<p>Open</p>')).not.toBe(spokenText('<p>Closed</p>'));
});

test('broken markup ends it, and one over 1 MiB says nothing', () => {
  for (const rest of ['<script>x', '<!-- x', '<p title="']) expect(spokenText(`a<b>b${rest}`)).toBe('a b');
  expect(spokenText('a '.repeat(600_000))).toBe('');
});

test.each(['<', '<script>', '<!--', '<a b', '</', '<style></style>'])('%s is read in linear time', (piece) => {
  const before = process.threadCpuUsage();
  spokenText(piece.repeat(1_000_000 / piece.length));
  expect(process.threadCpuUsage(before).user).toBeLessThan(1_500_000);
});
