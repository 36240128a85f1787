import { pageKinds } from '@numfleet/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageKindOf } from './page-kind.ts';

const at = (path: string) => pageKindOf(`https://shop.test${path}`);

test('what one template makes is of one kind, whatever its names and figures', () => {
  expect(at('/stores/leeds')).toBe(at('/stores/york'));
  expect(at('/2026/11/news')).toBe(at('/2025/9/more-news'));
  expect(at('/find?page=2&q=a')).toBe(at('/find?q=b&page=3'));
});

test('what is elsewhere, ends otherwise or is asked otherwise is mostly of another', () => {
  const forms = ['/', '/about', '/stores/leeds', '/stores/uk/leeds', '/about.html', '/find?q=a', '/find?q=a&page=2'];
  expect(new Set(forms.map(at)).size).toBeGreaterThan(4);
});

test('every URL has a kind', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
      const kind = pageKindOf(url);
      expect(Number.isInteger(kind) && kind >= 0 && kind < pageKinds).toBe(true);
    }),
  );
});
