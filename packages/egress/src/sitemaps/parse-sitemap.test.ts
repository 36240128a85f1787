import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSitemapReader, mostSitemapUrls } from './parse-sitemap.ts';

function readIn(chunkBytes: number, input: string | Uint8Array) {
  const bytes = Buffer.from(input);
  const reader = createSitemapReader();
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    if (!reader.write(bytes.subarray(at, at + chunkBytes))) break;
  }
  return reader.end(true);
}

const read = (input: string | Uint8Array) => readIn(65_536, input);

const namespace = 'http://www.sitemaps.org/schemas/sitemap/0.9';

describe('the forms of a sitemap (sitemaps.org)', () => {
  test.each([
    [
      'a urlset, with entities, CDATA and white space',
      `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="${namespace}"><url><loc>
        http://shop.test/?a=1&amp;b=%C3%A9 </loc><priority>0.5</priority></url>
        <url><loc><![CDATA[http://shop.test/b?c&d]]></loc></url><url><loc>http://shop.test/?a=1&#38;b=%C3%A9</loc></url></urlset>`,
      { kind: 'pages', urls: ['http://shop.test/?a=1&b=%C3%A9', 'http://shop.test/b?c&d'], cut: false },
    ],
    [
      'a urlset under a prefix, whose pictures and alternates are no pages',
      `<s:urlset xmlns:s="${namespace}" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><s:url>
        <s:loc>http://shop.test/a</s:loc><image:image><image:loc>http://shop.test/a.png</image:loc></image:image>
        <xhtml:link rel="alternate" hreflang="de" href="http://shop.test/de"/></s:url></s:urlset>`,
      { kind: 'pages', urls: ['http://shop.test/a'], cut: false },
    ],
    [
      'an index',
      `<sitemapindex xmlns="${namespace}"><sitemap><loc>http://shop.test/1.xml.gz</loc></sitemap></sitemapindex>`,
      { kind: 'index', urls: ['http://shop.test/1.xml.gz'], cut: false },
    ],
    [
      'RSS, whose channel is no item',
      '<rss version="2.0"><channel><link>http://shop.test/</link><item><link>http://shop.test/news</link></item></channel></rss>',
      { kind: 'pages', urls: ['http://shop.test/news'], cut: false },
    ],
    [
      'Atom, whose replies are no pages',
      '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/"/><entry><link href="/e"/><link rel="replies" href="/r"/></entry></feed>',
      { kind: 'pages', urls: ['/e'], cut: false },
    ],
    [
      'text, under a mark and with DOS line ends',
      '\uFEFFhttp://shop.test/a\r\n# not one\r\nhttp://shop.test/b',
      { kind: 'pages', urls: ['http://shop.test/a', 'http://shop.test/b'], cut: false },
    ],
    ['an HTML page', '<!doctype html><html><body><loc>http://shop.test/</loc>', { kind: 'unknown', urls: [] }],
    ['prose', 'There is nothing here.', { kind: 'unknown', urls: [] }],
    ['nothing', '', { kind: 'unknown', urls: [] }],
  ] as const)('%s', (_, input, expected) => {
    expect(read(input)).toMatchObject(expected);
    expect(readIn(1, input)).toEqual(read(input));
  });

  test('other encodings: UTF-16 by its mark, those before it by their declaration', () => {
    const sitemap = '<urlset><url><loc>http://shop.test/é</loc></url></urlset>';
    const latin1 = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${sitemap}`, 'latin1');
    for (const bytes of [Buffer.from(`\uFEFF${sitemap}`, 'utf16le'), latin1]) {
      expect(read(bytes).urls).toEqual(['http://shop.test/é']);
    }
    expect(read(`<?xml version="1.0" encoding="no-such"?>${sitemap}`).urls).toHaveLength(1);
  });

  test('one that breaks off gives what it had listed', () => {
    expect(read('<urlset><url><loc>http://shop.test/a</loc></url><url><loc>http://shop').urls).toEqual([
      'http://shop.test/a',
    ]);
  });
});

describe('I8: a sitemap without measure', () => {
  test('of more than 50,000 URLs the first are read, and the cut is said; repetitions are none', () => {
    const list = (count: number) => Array.from({ length: count }, (_, n) => `http://shop.test/${n}\n`).join('');
    expect(read(list(mostSitemapUrls).repeat(2))).toMatchObject({ cut: false, urls: { length: mostSitemapUrls } });
    expect(read(list(mostSitemapUrls + 1))).toMatchObject({ cut: true, urls: { length: mostSitemapUrls } });
  });

  test('a URL of a megabyte is none, which is said, and the next one is read', () => {
    const long = `http://shop.test/${'a'.repeat(1_000_000)}`;
    expect(read(`<urlset><url><loc>${long}</loc></url><url><loc>/b</loc></url></urlset>`)).toMatchObject({
      ...{ urls: ['/b'], cut: true },
    });
    expect(read(`${long}\nhttp://shop.test/b`)).toMatchObject({ urls: ['http://shop.test/b'], cut: true });
  });

  test('entities that multiply are not expanded', () => {
    const layers = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const bomb = `<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "lol">${layers}]><urlset><url><loc>http://shop.test/&l9;</loc></url></urlset>`;
    expect(read(bomb).urls.join().length).toBeLessThan(100);
  });

  test.each([
    ['open elements', '<url>'],
    ['an open comment', '<!-- '],
    ['white space', '          '],
    ['open attributes', '<url a="'],
    ['ampersands', '<url><loc>&amp&'],
  ])('%s are read in linear time', (_, piece) => {
    // Of processor time, which others on the machine do not add to. Of these, open elements once took 3 s a megabyte.
    const bytes = Buffer.from(`<urlset>${piece.repeat(4_000_000 / piece.length)}`);
    const before = process.threadCpuUsage();
    read(bytes);
    const { user } = process.threadCpuUsage(before);
    expect(user).toBeLessThan(3_000_000);
  });

  test('elements nested without end are given up, and what was listed before is kept', () => {
    const nested = `<urlset><url><loc>/a</loc></url>${'<url>'.repeat(400_000)}<loc>/b</loc>`;
    expect(read(nested)).toMatchObject({ kind: 'pages', urls: ['/a'] });
  });

  test('no bytes make it throw', () => {
    const piece = fc.constantFrom(
      '<',
      '</',
      '>',
      'url',
      'loc',
      'urlset',
      '&',
      '<![CDATA[',
      '"',
      'http://a.test/',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.uint8Array({ maxLength: 20 }), (pieces, octets) => {
        const bytes = Buffer.concat([Buffer.from(pieces.join('')), octets]);
        for (const url of readIn(7, bytes).urls) expect(url.length).toBeLessThanOrEqual(2_048);
      }),
    );
  });
});
