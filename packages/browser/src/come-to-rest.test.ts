import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserLab, createBrowserLab } from './testing/browser-lab.ts';

const timeout = 120_000;
let lab: BrowserLab;
/** How often each path was asked for. */
const visits = new Map<string, number>();

beforeAll(async () => {
  lab = await createBrowserLab(serve, { maxPages: 4 });
}, timeout);
afterAll(() => lab[Symbol.asyncDispose](), timeout);

function serve(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  response.setHeader('access-control-allow-origin', '*');
  const visit = (visits.get(path) ?? 0) + 1;
  visits.set(path, visit);
  if (path.startsWith('/never')) return;
  if (path.endsWith('.js')) response.setHeader('content-type', 'text/javascript');
  if (path.startsWith('/stalls')) return void setTimeout(() => response.end('late'), 5_600);
  if (path.startsWith('/reset-once') && visit === 1) return void request.socket.destroy();
  if (path.startsWith('/busy-once') && visit === 1) return void response.writeHead(503).end();
  if (path.startsWith('/broken')) return void response.writeHead(500).end();
  if (path.startsWith('/missing')) return void response.writeHead(404).end('none');
  response.end(path.endsWith('.js') ? `document.body.append('by script');` : 'data');
}

/** Appends what `path` answers. */
const fetches = (path: string) =>
  `<script>fetch('${path}').then((answer) => answer.ok && answer.text()).then((text) => document.body.append('[' + text + ']'))</script>`;

describe.concurrent('a page is read when it has come to rest:', { timeout }, () => {
  test('data of its own site that stall for longer than those of others are waited for', async () => {
    expect(await rendered(`<body>${fetches('/stalls')}`)).toMatchObject({
      html: expect.stringContaining('[late]'),
      cuts: [],
      isUnfinished: false,
    });
  });

  test('so they are from another host of its site, and of another site they are not', async () => {
    const [own, other] = await Promise.all([
      rendered(`<body>${fetches('http://api.shop.test/stalls')}`),
      timed(() => rendered(`<body>${fetches('http://ads.test/never/0')}`)),
    ]);
    expect(own).toMatchObject({ cuts: [] });
    expect(other.page).toMatchObject({ cuts: ['time'], isUnfinished: false });
    expect(other.seconds).toBeLessThan(40);
  });

  test('what is built step by step is read when it is whole', async () => {
    const page = await rendered(`<body><ul></ul><script>
      let rows = 0;
      const build = setInterval(() => {
        document.querySelector('ul').insertAdjacentHTML('beforeend', '<li>row ' + ++rows);
        if (rows === 8) clearInterval(build);
      }, 300);
    </script>`);
    expect(page.html).toContain('row 8');
    expect(page.cuts).toEqual([]);
  });

  test('a clock does not hold it', async () => {
    const page = await rendered(`<body>text<p></p><script>
      let ticks = 0;
      setInterval(() => { document.querySelector('p').textContent = 'tick ' + (10 + ticks++ % 90) }, 100);
    </script>`);
    expect(page.cuts).toEqual([]);
  });

  test('one that grows without end is read after 5 s, and that is told', async () => {
    const page = await rendered(`<body><p>first<script>
      setInterval(() => document.body.append(' 1'), 100);
    </script>`);
    expect(page).toMatchObject({ html: expect.stringContaining('first'), cuts: ['time'], isUnfinished: false });
  });

  test('one whose document is replaced is read as it is then', async () => {
    const page = await rendered(
      `<body>before<script>setTimeout(() => { location.href = 'javascript:"<p>after"' }, 300)</script>`,
    );
    expect(page.html).toContain('after');
  });
});

/** Each calls `done` in the end, and till then its document stands still and nothing is asked for. */
const later = {
  'a timer': 'setTimeout(done, 400)',
  'a timer whose work is text': "setTimeout('done()', 400)",
  'a timer that was set anew': 'clearTimeout(setTimeout(fail, 300)); setTimeout(() => setTimeout(done, 300), 200)',
  'a timer of a frame': `document.body.append(document.createElement('iframe')); frames[0].setTimeout(done, 400)`,
  'animation frames': 'let frames = 0; (function next() { ++frames < 25 ? requestAnimationFrame(next) : done(); })()',
  'an animation': 'document.body.animate({ opacity: [0, 1] }, 400).finished.then(done)',
  'a worker': `new Worker(URL.createObjectURL(new Blob(['setTimeout(() => postMessage(1), 400)']))).onmessage = done`,
  'being seen': 'new IntersectionObserver(([one]) => one.isIntersecting && done()).observe(below)',
  'being scrolled to': "addEventListener('scroll', () => scrollY > 2_000 && done())",
};

describe.concurrent('what a page has set for later is waited for:', { timeout }, () => {
  test.each(Object.entries(later))('%s', async (_, script) => {
    const page = await rendered(`<body><p id="below" style="margin-top: 3500px">below<script>
      const done = () => document.body.append('[' + 'done]');
      const fail = () => document.body.append('[' + 'failed]');
      ${script}
    </script>`);
    expect(page.html).toContain('[done]');
    expect(page.html).not.toContain('[failed]');
    expect(page.cuts).toEqual([]);
  });

  test('pages do not see that we know: what stands for timers looks and acts like them', async () => {
    const page = await rendered(`<body><script>
      const told = [setTimeout, clearInterval, IntersectionObserver, addEventListener].map((one) => [one.name, one.length, /native code/.test(one)]);
      class Own extends IntersectionObserver {}
      const own = new Own(() => {}) instanceof Own && new IntersectionObserver(() => {}) instanceof IntersectionObserver;
      setTimeout((...given) => document.body.append(JSON.stringify([told, own, given])), '1', 'a', 'b');
    </script>`);
    expect(page.html).toContain(
      '[[["setTimeout",1,true],["clearInterval",0,true],["IntersectionObserver",1,true],["addEventListener",2,true]],true,["a","b"]]',
    );
  });
});

describe.concurrent('what fails on the way', { timeout }, () => {
  test.each([
    ['data whose connection breaks', fetches('/reset-once/data'), '[data]'],
    ['data answered 503', fetches('/busy-once'), '[data]'],
    ['a script whose connection breaks', '<script src="/reset-once/app.js"></script>', 'by script'],
  ])('%s once: the page is rendered once more', async (_, html, expected) => {
    expect(await rendered(`<body>${html}`)).toMatchObject({
      html: expect.stringContaining(expected),
      failedRequests: 0,
      cuts: [],
    });
  });

  test('what fails again is told, and the page read without it', async () => {
    const page = await rendered(`<body>text${fetches('/broken')}`);
    expect(page).toMatchObject({ html: expect.stringContaining('text'), failedRequests: 1, cuts: ['subresources'] });
    expect(visits.get('/broken')).toBe(2);
  });

  test('what is not there, was called off, or is of others does not count', async () => {
    const page = await rendered(`<body>${fetches('/missing')}${fetches('http://ads.test/broken-too')}<script>
      const off = new AbortController();
      fetch('/never/1', { signal: off.signal }).catch(() => {});
      setTimeout(() => off.abort(), 200);
    </script>`);
    expect(page).toMatchObject({ failedRequests: 0, cuts: [] });
    expect(visits.get('/missing')).toBe(1);
  });

  test('what does not come before the deadline is told', async () => {
    expect(await rendered(`<body>text${fetches('/never/2')}`, 6_000)).toMatchObject({
      html: expect.stringContaining('text'),
      cuts: ['time'],
      isUnfinished: true,
    });
  });
});

async function rendered(html: string, deadlineMs = 50_000) {
  const outcome = await lab.show(html, { deadlineMs });
  if (outcome.kind !== 'rendered') throw new Error(`not rendered: ${outcome.code}`);
  return outcome;
}

async function timed<T>(work: () => Promise<T>): Promise<{ page: T; seconds: number }> {
  const start = performance.now();
  return { page: await work(), seconds: (performance.now() - start) / 1_000 };
}
