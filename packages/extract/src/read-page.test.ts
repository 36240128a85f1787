import { reveal } from '@numfleet/privacy/reveal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Rejection, readPage, toUtf8 } from './index.ts';

const options = { url: 'https://shop.test/a/b?c#d', region: 'GB', maxFindings: 100, maxLinks: 100 } as const;
const read = (html: string, more: Partial<Parameters<typeof readPage>[1]> = {}) =>
  readPage(html, { ...options, ...more });
const numbersOn = (html: string, more = {}) => read(html, more).findings.map(({ number }) => reveal(number));
const sourcesOn = (html: string) =>
  read(html).findings.map(({ number, source, label }) => [reveal(number), source, label]);

const number = '+442079460958';

describe('readPage joins the text of a line', () => {
  test.each([
    ['inline tags', '<p><b>020</b> 79<i>46</i><span> 09</span>58</p>'],
    ['comments', '020 79<!-- 1 -->46 0958'],
    ['wbr', '020<wbr>7946<wbr>0958'],
    ['character references', '&#48;20&nbsp;7946&#x2d;095&#56;'],
    ['a line break in the source', '020\n          7946\r\n\t 0958'],
    ['unclosed tags', '<b><i><p>020 7946 0958<div><a>'],
    ['a link in mid-number', '+44 <a href="/">20 7946 0958</a>'],
    ['noscript', '<noscript>020 7946 0958</noscript>'],
    ['a declarative shadow root', '<template shadowrootmode=open>020 7946 0958</template>'],
    ['SVG text', '<svg><text>020 7946 0958</text></svg>'],
    ['CDATA in SVG', '<svg><text><![CDATA[020 7946 0958]]></text></svg>'],
    ['after an SVG that was left open', '<svg><style><p><style>x</style>020 7946 0958'],
  ])('over %s', (_, html) => {
    expect(numbersOn(html)).toEqual([number]);
  });

  test.each([
    ['blocks', '<div>020</div><div>7946 0958</div>'],
    ['cells', '<td>020<td>7946 0958'],
    ['br', '020<br>7946 0958'],
    ['lines of pre', '<pre>020\n7946 0958</pre>'],
  ])('but not over %s', (_, html) => {
    expect(numbersOn(html)).toEqual([]);
  });

  test('and keeps neighbouring links apart', () => {
    expect(numbersOn('<a>020 7946 0958</a><a>020 7946 0959</a>')).toEqual([number, '+442079460959']);
  });
});

describe('G32: readPage takes nothing from dead markup', () => {
  const inside = 'call 020 7946 0958 or +44 20 7946 0959';
  test.each([
    ['a comment', `<!-- ${inside} -->`],
    ['a comment with tags', `<!-- <p>${inside}</p> -->`],
    ['an unclosed comment', `<!-- ${inside}`],
    ['a bogus comment', `<!x ${inside}>`],
    ['a processing instruction', `<?php ${inside} ?>`],
    ['CDATA in HTML', `<![CDATA[ ${inside} ]]>`],
    ['style', `<style>/* ${inside} */</style>`],
    ['a comment of a script', `<script>var a = "b" // ${inside}\n/* "${inside}" */</script>`],
    ['a regular expression', `<script>a = b.match(/"${inside}"/)</script>`],
    ['an unclosed script', `<script>/* ${inside}`],
    ['a script of unknown type', `<script type="text/template"><p>${inside}</p></script>`],
    ['a script in a comment of a script', `<script><!-- <script> </script> ${inside} --></script>`],
    ['a template', `<template><p>${inside}<template></template>${inside}</template>`],
    ['iframe fallback', `<iframe>${inside}</iframe>`],
    ['noframes', `<noframes>${inside}</noframes>`],
    ['a style in SVG', `<svg><style>${inside}</style></svg>`],
    ['attributes that say nothing', `<p id="${inside}" data-x="${inside}" data-old-phone="${inside}"></p>`],
    ['an inline element that a style hides', `<p><span style="display: none">${inside}</span></p>`],
  ])('such as %s, but from what follows', (_, dead) => {
    expect(numbersOn(dead)).toEqual([]);
    expect(numbersOn(`<p>${inside}</p>`), 'the control').toHaveLength(2);
    if (!/unclosed/.test(_)) expect(numbersOn(`${dead}<p>${inside}</p>`)).toHaveLength(2);
  });
});

describe('readPage reads links that dial', () => {
  test.each([
    ['tel:+442079460958', number, 'phone'],
    ['tel:020-7946-0958', number, 'phone'],
    ['TEL://+44%2020%207946%200958', number, 'phone'],
    ['tel:%2B442079460958', number, 'phone'],
    ['tel:442079460958', number, 'phone'],
    ['tel:+44-20-7946-0958;ext=12', `${number};ext=12`, 'phone'],
    ['tel:+442079460958,,12', `${number};ext=12`, 'phone'],
    ['tel:+442079460958p12%23', `${number};ext=12`, 'phone'],
    ['tel:2079460958;phone-context=+44', number, 'phone'],
    ['tel:+٤٤٢٠٧٩٤٦٠٩٥٨', number, 'phone'],
    ['tel:+44 20 7946 0958 %', number, 'phone'],
    ['callto:+442079460958', number, 'phone'],
    ['sms:+442079460958?body=1234567', number, 'sms'],
    ['whatsapp://send?phone=442079460958&text=hi', number, 'whatsapp'],
    ['https://wa.me/442079460958?text=1234567', number, 'whatsapp'],
    ['https://api.whatsapp.com/send?text=a&amp;phone=%2B44 20 7946 0958', number, 'whatsapp'],
  ])('%s', (href, expected, label) => {
    expect(sourcesOn(`<a href="${href}">call</a>`)).toEqual([[expected, 'tel', label]]);
  });

  test.each([
    'tel:',
    'tel:1234',
    'tel:abc',
    'https://wa.me/?text=442079460958',
    'https://api.whatsapp.com/send?text=x',
    'tel:%',
  ])('and nothing from %s', (href) => {
    expect(sourcesOn(`<a href="${href}">call</a>`)).toEqual([]);
  });

  test('and labels one by the words before it', () => {
    expect(sourcesOn('<li>Tel <a href="tel:02079460958">x</a><li>Fax: <a href="tel:02079460959">y</a>')).toEqual([
      [number, 'tel', 'phone'],
      ['+442079460959', 'tel', 'fax'],
    ]);
  });
});

describe('readPage reads declared numbers', () => {
  const jsonLd = (value: unknown) => `<script type="application/ld+json">${JSON.stringify(value)}</script>`;
  test.each([
    ['JSON-LD', jsonLd({ telephone: '020 7946 0958' }), 'jsonld', null],
    ['nested JSON-LD', jsonLd({ '@graph': [{ a: { contactPoint: [{ telephone: [number] }] } }] }), 'jsonld', null],
    ['JSON-LD fax', jsonLd([{ 'schema:faxNumber': { '@value': number } }]), 'jsonld', 'fax'],
    ['JSON-LD numbers', jsonLd({ telephone: 442079460958 }), 'jsonld', null],
    [
      'JSON-LD with a raw line break',
      '<script type=application/ld+json>{"a":"b\nc","telephone":"020 7946 0958"}</script>',
      'jsonld',
      null,
    ],
    [
      'JSON-LD in CDATA',
      `<script type=application/ld+json>//<![CDATA[\n{"telephone":"${number}"}\n//]]></script>`,
      'jsonld',
      null,
    ],
    [
      'a script of type vCard',
      `<script type="text/vcard">BEGIN:VCARD\nTEL;TYPE="voice,cell";VALUE=uri:tel:${number}\nEND:VCARD</script>`,
      'vcard',
      'mobile',
    ],
    [
      'a link to a vCard',
      '<a href="data:text/vcard;charset=utf-8,BEGIN%3AVCARD%0D%0ATEL%3BTYPE%3Dfax%3A020%207946%200958%0D%0A">Save</a>',
      'vcard',
      'fax',
    ],
    [
      'a link to a vCard in Base64',
      `<a href="data:text/x-vcard;base64,${btoa(`BEGIN:VCARD\r\nitem1.TEL;waid=442079460958:${number}\r\n`)}x">Save</a>`,
      'vcard',
      'whatsapp',
    ],
    ['microdata content', `<meta itemprop="telephone" content="${number}">`, 'microdata', null],
    ['microdata fax', `<meta itemprop="faxNumber" content="${number}">`, 'microdata', 'fax'],
  ])('from %s', (_, html, source, label) => {
    expect(sourcesOn(html)).toEqual([[number, source, label]]);
  });

  test('from microdata text, which is text as well', () => {
    expect(sourcesOn('<span itemprop="telephone">020 <span>7946</span> 0958</span>')).toEqual([
      [number, 'microdata', null],
      [number, 'text', null],
    ]);
  });

  test.each([
    ['broken JSON', '<script type="application/ld+json">{"telephone":"020 7946 0958"</script>'],
    ['other keys', jsonLd({ taxID: '020 7946 0958', telephoneNote: number })],
    ['a dead template', `<template>${jsonLd({ telephone: number })}<a href="tel:${number}">x</a></template>`],
  ])('and nothing from %s', (_, html) => {
    expect(sourcesOn(html)).toEqual([]);
  });

  test.each([
    ['a string', `<script>var call = "${number}";</script>`, 'script'],
    ['a template', `<script>show(\`Ring \${name} on ${number}\`)</script>`, 'script'],
    ['a name that says so', '<script>shop = {phoneNumber: "02079460958"}</script>', 'script'],
    ['escapes', '<script>a = "Tel: \\u002b44 20 7946\\x200958"</script>', 'script'],
    ['a delayed script', `<script type="abc-text/javascript">a = "${number}"</script>`, 'script'],
    ['JSON', '<script type="application/json">{"telephone":"020 7946 0958"}</script>', 'script'],
    ['a description', `<img alt="Call 020 7946 0958">`, 'attribute'],
    ['a label', `<a aria-label="Call ${number}"></a>`, 'attribute'],
    ['a data attribute', `<a data-phone="020 7946 0958"></a>`, 'attribute'],
    ['meta', `<meta property="business:contact_data:phone_number" content="${number}">`, 'attribute'],
    ['hCard', `<meta class="tel" content="${number}">`, 'microdata'],
    ['RDFa', `<meta property="schema:telephone" content="${number}">`, 'microdata'],
  ])('from %s that no one declares to be a number', (_, html, source) => {
    expect(sourcesOn(html).map(([found, from]) => [found, from])).toEqual([[number, source]]);
  });

  test('but not from bare digits of a program', () => {
    expect(sourcesOn('<script>a = {id: "02079460958"}; b = "2079460958"</script><i alt="02079460958">')).toEqual([]);
  });

  test('without overflowing on a deep graph', () => {
    const deep = `${'[{"a":'.repeat(100_000)}{"telephone":"${number}"}${'}]'.repeat(100_000)}`;
    expect(() => read(`<script type="application/ld+json">${deep}</script>`)).not.toThrow();
  });
});

describe('G31: readPage reads national numbers by', () => {
  const text = '<p>020 7946 0958</p>';
  test.each([
    ['the campaign’s region over the TLD', text, { region: 'GB', url: 'https://x.de/' }, 0.9],
    ['the TLD', text, { region: null, url: 'https://x.co.uk/' }, 0.81],
    ['other numbers on the page', `${text}<a href="tel:+44 20 7946 0000">x</a>`, { region: null }, 0.76],
    ['numbers on other pages of its host', text, { region: null, hostNumbers: { GB: 3, FR: 1 } }, 0.76],
    ['its own numbers over its host’s', `${text}<p>+44 20 7946 0000`, { region: null, hostNumbers: { FR: 9 } }, 0.76],
    ['the language', `<html lang="en-GB">${text}`, { region: null }, 0.71],
    ['og:locale', `<meta property="og:locale" content="en_GB">${text}`, { region: null }, 0.71],
    ['the main regions of its language', `<html lang="en">${text}`, { region: null }, 0.46],
    ['its canonical address', `<link rel=canonical href="https://x.co.uk/">${text}`, { region: null }, 0.76],
    ['a country that it names', `<meta name="geo.region" content="GB-LND">${text}`, { region: null }, 0.81],
    ['a post code', `${text}<p>12 High Street, London SW1A 2AA`, { region: null }, 0.76],
  ])('%s', (_, html, more, confidence) => {
    const finding = read(html, more).findings.find(({ source }) => source === 'text');
    expect(finding).toMatchObject({ region: 'GB', confidence });
    expect(finding && reveal(finding.number)).toBe(number);
  });

  test('the host’s numbers, which the evidence names; however many, they do not outweigh a TLD', () => {
    const hostNumbers = { GB: 1_000 };
    expect(read(text, { region: null, hostNumbers }).findings).toMatchObject([{ region: 'GB', evidence: 'host' }]);
    const { regions } = read(text, { region: null, hostNumbers, url: 'https://x.fr/' });
    expect(regions[0]).toMatchObject({ code: 'FR', evidence: 'tld' });
  });

  test('and says of its international numbers for other pages what regions they are of, of guessed ones nothing', () => {
    const html = '<a href="tel:+442079460000">x</a><p>+33 1 99 00 12 34, 020 7946 0958';
    expect(read(html, { region: null }).numberRegions).toEqual({ GB: 1, FR: 1 });
  });

  test('G31: ambiguous ones are marked: without a region they are dropped and counted, by a weak hint they are less sure', () => {
    expect(read(text, { region: null })).toMatchObject({ findings: [], rejected: { 'no-region': 1 } });
    const [weak, sure] = [{ region: null, url: 'https://x.test/' }, { region: 'GB' }].map(
      (more) => read(`<html lang="en">${text}`, more).findings[0],
    );
    expect(weak?.confidence).toBeLessThan(sure?.confidence ?? 0);
    expect([weak?.evidence, sure?.evidence]).toEqual(['language', 'campaign']);
  });

  test('the shape of North America', () => {
    expect(numbersOn('<p>(212) 555-0123', { region: null })).toEqual(['+12125550123']);
  });

  test.each([
    ['a domain that is no country’s', text, { region: null, url: 'https://x.io/' }],
    ['a region that does not exist', text, { region: 'ZZ' }],
    ['a language that does not exist', `<html lang="???">${text}`, { region: null }],
  ])('but not %s', (_, html, more) => {
    expect(read(html, more)).toMatchObject({ findings: [], rejected: { 'no-region': 1 } });
  });
});

describe('readPage links', () => {
  test('are absolute, http(s), without fragment, each once, in order', () => {
    const html = `<a href="x">1</a><a href="/y#z">2</a><area href="//other.test"><a href=" x#1">again</a><a href="#top">self</a>
      <a href="mailto:a@b.test">m</a><a href="javascript:void 0">j</a><a href="tel:+442079460958">t</a><a href="http://[">bad</a>
      <a href="https://wa.me/442079460958">w</a><a href="/nf" rel="external nofollow">n</a><!-- <a href="/dead"> -->
      <iframe src="/frame"></iframe><frame src="frame2"><a href="/a&amp;b">amp</a><template><a href="/dead2"></a></template>`;
    expect(read(html).links).toEqual([
      'https://shop.test/a/x',
      'https://shop.test/y',
      'https://other.test/',
      'https://shop.test/a/b?c',
      'https://shop.test/frame',
      'https://shop.test/a/frame2',
      'https://shop.test/a&b',
    ]);
  });

  test('go by the first base', () => {
    expect(read('<base href="/base/"><base href="/other/"><a href="x">x</a>').links).toEqual([
      'https://shop.test/base/x',
    ]);
  });

  test('lead where a refresh does', () => {
    expect(read(`<meta http-equiv="Refresh" content="0; url='next'">`).links).toEqual(['https://shop.test/a/next']);
  });

  test('lead to the address that a page gives as its canonical one', () => {
    const html = '<link rel="stylesheet" href="/s.css"><link rel="Canonical" href="/plain"><link rel="next" href="/2">';
    expect(read(html).links).toEqual(['https://shop.test/plain']);
  });

  test('of a page that asks not to be kept are followed all the same', () => {
    const reading = read('<meta name="ROBOTS" content="NoIndex"><a href="x">x</a>');
    expect(reading).toMatchObject({ noindex: true, nofollow: false, links: ['https://shop.test/a/x'] });
    expect(read('<meta name="robots" content="index"><meta name="otherbot" content="noindex">').noindex).toBe(false);
  });

  test.each(['nofollow', 'noindex, NOFOLLOW', 'none'])('are none where robots meta says %s', (content) => {
    const reading = read(`<meta name="robots" content="${content}"><a href="x">x</a>`);
    expect(reading).toMatchObject({ nofollow: true, links: [] });
    expect(read('<meta name="robots" content="noindex"><a href="x">x</a>')).toMatchObject({ nofollow: false });
  });

  test('I8: beyond the limit are cut, and the cut is recorded', () => {
    const html = '<a href=1></a><a href=2></a><a href=1></a>';
    expect(read(html, { maxLinks: 2 }).cuts).toEqual([]);
    expect(read(`${html}<a href=3></a>`, { maxLinks: 2 })).toMatchObject({
      links: ['https://shop.test/a/1', 'https://shop.test/a/2'],
      cuts: ['links'],
    });
  });
});

test.each([
  ['links that dial', `<a href="tel:${number}">x</a>`],
  ['microdata', `<p itemprop=telephone content="${number}">`],
  ['attributes', `<p data-phone="${number}">`],
  ['JSON-LD', `<script type=application/ld+json>{"telephone":"${number}"}</script>`],
])('I8: of %s without end some are left out, and that is recorded', (_, html) => {
  expect(read(html.repeat(4_999)).cuts).toEqual([]);
  expect(read(html.repeat(5_000)).cuts).toEqual(['findings']);
});

test.each([
  ['+44 20 7946 0958', {}],
  ['+４４ ２０ ７９４６ ０９５８', { digits: 1 }],
  ['+44\u200b20 7946\u200b0958', { invisible: 1 }],
  ['+44\u00a020 7946 0958', { space: 1 }],
  ['＋44 20–7946−0958', { sign: 1 }],
  ['+4\u20e34\u20e3 20 7946 0958', { mark: 1 }],
  ['+44 20&nbsp;7946 095&#56;', { reference: 1, space: 1 }],
  ['＋４４\u300020 7946 0958', { sign: 1, space: 1, digits: 1 }],
])('G33: of %s it tells what had to be normalised', (spelling, normalised) => {
  const reading = read(`<p>Tel. ${spelling}</p>`);
  expect(reading.findings.map((finding) => reveal(finding.number))).toEqual([number]);
  expect(reading.normalised).toEqual(normalised);
});

describe('readPage wants a browser', () => {
  const text = 'word '.repeat(100);
  test.each([
    ['a shell', '<title>Shop</title><div id="x"></div><script src="app.js"></script>'],
    ['an empty application root', `${text}<div id="root"></div><script type="module" src="app.js"></script>`],
    ['an empty root of Angular', `${text}<app-root></app-root><script src="main.js"></script>`],
    ['an empty root of Polymer', `${text}<my-app class="x">\n</my-app><script src="main.js"></script>`],
    ['an empty root with a noscript', `${text}<div id="app"><noscript>Hi</noscript></div><script>1</script>`],
    ['a noscript that asks', `${text}<noscript>Please enable JavaScript.</noscript><script>1</script>`],
  ])('for %s', (_, html) => {
    expect(read(html).wantsBrowser).toBe(true);
  });

  test.each([
    ['a page with text', `${text}<script>1</script>`],
    ['a shell without script', '<div id="root"></div>'],
    ['data that is no script', '<div id="root"></div><script type="application/ld+json">{}</script>'],
    ['a filled application root', `<div id="root"><p>${text}</p></div><script>1</script>`],
    ['a filled root of Angular', `<app-root><p>${text}</p></app-root><script src="main.js"></script>`],
    ['an empty element that is none', `${text}<my-map></my-map><script src="main.js"></script>`],
    ['a tracker’s noscript', `${text}<noscript><img src="x"></noscript><script>1</script>`],
  ])('but not for %s', (_, html) => {
    expect(read(html).wantsBrowser).toBe(false);
  });
});

test('nothing that a page may hold makes it throw', () => {
  const pieces = [
    '<',
    '</',
    '>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<svg',
    '<script',
    '</script>',
    '<template>',
    '&#x110000;',
    '&#0;',
  ];
  const more = [
    '<a href="tel:',
    '%',
    '"',
    "'",
    '+44',
    '020 7946 0958',
    ';ext=',
    '999999999999999999',
    ' itemprop=telephone',
    '\ud800',
  ];
  const html = fc.array(fc.oneof(fc.constantFrom(...pieces, ...more), fc.string({ unit: 'binary' })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(
      html,
      fc.constantFrom('GB', null, 'xx'),
      fc.constantFrom('https://x.de/', 'no url'),
      (all, region, url) => {
        readPage(all.join(''), { ...options, region, url });
      },
    ),
    { numRuns: 1_000 },
  );
});

test('nor any bytes, which it takes for UTF-8', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const tag = fc.constantFrom('<a href="tel:', '<p>', '<script>"', '<!--', '&#', '+44 20 ', '</', '<svg><![CDATA[');
  fc.assert(
    fc.property(fc.array(fc.tuple(tag, bytes), { maxLength: 6 }), fc.boolean(), (parts, isRendered) => {
      const body = Buffer.concat(parts.flatMap(([text, some]) => [Buffer.from(text), some]));
      const { utf8 } = toUtf8(body, null);
      for (const { offset, length } of readPage(utf8, { ...options, isRendered }).findings) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset + length).toBeLessThanOrEqual(utf8.length);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a finding says where it stands, how long it is, and by what its region was told', () => {
  const html = '<p>ü <b>Tel.</b> 020&nbsp;7946 <i>0958</i></p>';
  const [finding] = readPage(html, options).findings;
  const bytes = new TextEncoder().encode(html);
  expect(finding).toMatchObject({ evidence: 'campaign' });
  const { offset = 0, length = 0 } = finding ?? {};
  expect(new TextDecoder().decode(bytes.subarray(offset, offset + length))).toBe('020&nbsp;7946 <i>0958');
});

test('what was rejected is told with its place', () => {
  const rejections: Rejection[] = [];
  const text = '<p>since 25.08.2015 22:30';
  readPage(text, { ...options, onRejected: (rejection) => rejections.push(rejection) });
  expect(rejections).toEqual([
    { reason: 'date', source: 'text', offset: text.indexOf('25'), length: '25.08.2015 22'.length },
  ]);
});

test('one finding a number and source, and the repetition is counted', () => {
  const reading = read('<p>020 7946 0958<p>Tel: +44 20 7946 0958<a href="tel:+442079460958">x</a>');
  expect(reading.findings.map(({ source, label }) => [source, label])).toEqual([
    ['tel', 'phone'],
    ['text', 'phone'],
  ]);
  expect(reading.rejected).toEqual({ 'duplicate-markup': 1 });
});
