import { expect, test } from 'vitest';
import { spokenText } from './spoken-text.ts';

const say = (html: string | Uint8Array) => spokenText(html).toString();

test('what a page says is its text, whatever stands in its tags, scripts and comments', () => {
  const page = (visit: string) =>
    `<!doctype html><title>Shop</title><style>p{color:${visit}}</style><body data-visit="${visit}"><!-- ${visit} -->
     <script>visit("${visit}")</script><p>Open  on\nmost days</p><a href="?sid=${visit}">Next</a>`;
  expect(say(page('a1'))).toBe('Shop Open on most days Next');
  expect(say(page('b2'))).toBe(say(page('a1')));
  expect(say(Buffer.from(page('c3')))).toBe(say(page('a1')));
  expect(say('<p>Open</p>')).not.toBe(say('<p>Closed</p>'));
});

test('broken markup ends it, and one over 1 MiB says nothing', () => {
  for (const rest of ['<script>x', '<!-- x', '<p title="']) expect(say(`a<b>b${rest}`)).toBe('a b');
  expect(say('a '.repeat(600_000))).toBe('');
});

test.each(['<', '<script>', '<!--', '<a b', '</', '<style></style>'])('%s is read in linear time', (piece) => {
  const before = process.threadCpuUsage();
  spokenText(piece.repeat(1_000_000 / piece.length));
  expect(process.threadCpuUsage(before).user).toBeLessThan(1_500_000);
});
