import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserLab, createBrowserLab } from './testing/browser-lab.ts';

const timeout = 60_000;
let lab: BrowserLab;

beforeAll(async () => {
  lab = await createBrowserLab((request, response) => {
    const path = request.url ?? '';
    if (path === '/never.js') return;
    if (path.startsWith('/redirect/')) {
      response.writeHead(302, { location: `/redirect/${path}x` });
      response.end();
      return;
    }
    if (path === '/stream') return void drip(response);
    if (path === '/bomb') return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    if (path === '/add.js') response.setHeader('content-type', 'text/javascript');
    response.end(path === '/add.js' ? 'document.body.append("added by a script")' : path);
  });
}, timeout);

afterAll(() => lab[Symbol.asyncDispose](), timeout);

describe('what is rendered', () => {
  test('text that scripts add is in the HTML, and the document itself is not fetched again (I7)', {
    timeout,
  }, async () => {
    const asked = await askedDuring(async () => {
      const page = await rendered('<body><p>sent</p><script src="/add.js"></script></body>');
      expect(page.html).toContain('<p>sent</p>');
      expect(page.html).toContain('added by a script');
      expect(page.cuts).toEqual([]);
    });
    expect(asked).toEqual(['/add.js']);
  });

  test('text that comes by fetch is waited for', { timeout }, async () => {
    const page = await rendered(
      '<body><script>fetch("/data").then(r => r.text()).then(t => document.body.append(t))</script>',
    );
    expect(page.html).toMatch(/<\/script>\/data/);
  });

  test('so it is where scripts are slow, as on a machine that is short of time', { timeout }, async () => {
    const busy = (ms: number) => `for (const end = performance.now() + ${ms}; performance.now() < end; );`;
    const page = await rendered(`<body><script src="/add.js"></script><script>
      ${busy(900)}
      fetch('/first').then(r => r.text()).then(t => {
        ${busy(900)}
        fetch('/second').then(r => r.text()).then(t => document.body.append(t));
      });
    </script>`);
    expect(page.html).toMatch(/<\/script>\s*\/second/);
    expect(page.cuts).toEqual([]);
  });

  test('open shadow roots and frames of the same origin are put after it, at any depth', { timeout }, async () => {
    const page = await rendered(`<body><div id=host></div><iframe srcdoc="<p>in a frame</p>"></iframe><script>
      const shadow = host.attachShadow({ mode: 'open' });
      shadow.innerHTML = '<span></span>';
      shadow.firstChild.attachShadow({ mode: 'open' }).innerHTML = 'in a ' + 'nested shadow';
    </script>`);
    expect(page.html).toContain('<p>in a frame</p>');
    expect(page.html).toContain('in a nested shadow');
  });

  test('the page is visible and sees who we are (I11)', { timeout }, async () => {
    const page = await rendered(
      '<body><script>document.body.append([document.visibilityState, navigator.webdriver, navigator.userAgent])</script>',
    );
    expect(page.html).toContain('visible,true,Numfleet/0.1 (+https://numfleet.test)');
  });

  test('a page that replaced what serialising uses is read as it is', { timeout }, async () => {
    const page = await rendered(`<body>what is there<script>
      Object.defineProperty(Element.prototype, 'outerHTML', { get: () => 'forged' });
      Object.defineProperty(document, 'documentElement', { get: () => null });
    </script>`);
    expect(page.html).toContain('what is there');
  });

  test('HTML beyond its limit is cut, and the cut is told (I8)', { timeout }, async () => {
    const page = await rendered('<body><script>document.body.append("x".repeat(11 << 20))</script>');
    expect(page.html.length).toBe(10 * 1024 * 1024);
    // On a machine that is short of time, so much takes longer than a page gets to come to rest.
    expect(page.cuts).toContain('body');
  });
});

describe('what a page may load', () => {
  test('images, media and fonts are not asked for', { timeout }, async () => {
    const asked = await askedDuring(() =>
      rendered(`<style>@font-face { font-family: f; src: url(/font.woff2) } p { font-family: f }</style>
        <p>text</p><img src="/image.png"><video src="/film.mp4" autoplay></video><script src="/add.js"></script>`),
    );
    expect(asked).toEqual(['/add.js']);
  });

  test('at most 100 subresources, redirects included (I8)', { timeout }, async () => {
    const many = '<body><script>for (let i = 0; i < 300; i++) fetch("/many/" + i).catch(() => {})</script>';
    const asked = await askedDuring(async () => expect((await rendered(many)).cuts).toEqual(['subresources']));
    expect(asked).toHaveLength(100);

    const chains = '<body><script>for (let i = 0; i < 90; i++) fetch("/redirect/" + i).catch(() => {})</script>';
    const hops = await askedDuring(async () => expect((await rendered(chains)).cuts).toContain('subresources'));
    expect(hops.length).toBeLessThan(300);
  });

  test('no more websockets than that, either', { timeout }, async () => {
    const page = await rendered(
      '<body><script>for (let i = 0; i < 300; i++) new WebSocket("ws://shop.test/" + i)</script>',
    );
    expect(page.cuts).toEqual(['subresources']);
  });

  test('a stream without end is cut at its bytes, and the page is read (I8)', { timeout }, async () => {
    const page = await rendered('<body>before<script>fetch("/stream").then(r => r.text())</script>');
    expect(page.html).toContain('before');
    expect(page.cuts).toEqual(['subresources']);
  });

  test('not what robots.txt disallows, which is told (I11)', { timeout }, async () => {
    const asked = await askedDuring(async () => {
      const page = await rendered(
        '<body><script src="/add.js"></script><script>fetch("/private/data").catch(() => document.body.append("refused"))</script>',
        { mayAsk: (url) => !url.startsWith('http://shop.test/private/') },
      );
      expect(page.html).toContain('added by a script');
      expect(page.html).toContain('refused');
      expect(page.cuts).toEqual(['robots']);
      expect(page.failedRequests).toBe(0);
    });
    expect(asked).toEqual(['/add.js']);
  });

  test('a few kilobytes that unpack to a hundred megabytes are cut as what they are (I8)', { timeout }, async () => {
    const { outcome, seconds } = await timed(() =>
      lab.show('<body>before<script>fetch("/bomb").then(r => r.text()).then(t => document.body.append(t))</script>'),
    );
    // It is cut from outside. Where that comes late, on a busy machine, the page has put it all into its document, and its renderer
    // ends by laying out a hundred megabytes of text (once in 30 runs, under three busy loops); no other page does.
    if (outcome.kind === 'rendered') {
      expect(outcome.cuts).toContain('subresources');
      expect(outcome.html).toContain('before');
    } else {
      expect(outcome.code).toBe('render-crashed');
    }
    expect(seconds).toBeLessThan(10);
    expect((await rendered('<body>after')).html).toContain('after');
  });

  test('what its workers ask for is counted too, at the proxy (I8)', { timeout }, async () => {
    const worker = 'fetch("http://shop.test/stream").then((response) => response.text())';
    const page = await rendered(
      `<body>before<script>new Worker(URL.createObjectURL(new Blob([${JSON.stringify(worker)}])))</script>`,
    );
    expect(page.html).toContain('before');
    expect(page.cuts).toEqual(['subresources']);
  });

  test('a document is no subresource, however long it is', { timeout }, async () => {
    const page = await rendered(`<body>${'<!-- long -->'.repeat(900_000)}<p>end</p>`);
    expect(page.cuts).toEqual(['body']);
  });

  test('it goes nowhere else: scripted, meta and popup addresses are reported, not fetched', { timeout }, async () => {
    const asked = await askedDuring(async () => {
      const page = await rendered(`<body>stays<meta http-equiv=refresh content="0;url=/meta"><script>
        setTimeout(() => { location.href = 'http://elsewhere.test/' }, 100);
        setTimeout(() => { location.reload() }, 200);
        setTimeout(() => { window.open('/popup') }, 300);
        setTimeout(() => { window.close() }, 400);
      </script><iframe src="http://elsewhere.test/frame"></iframe>`);
      expect(page.html).toContain('stays');
      expect(page.navigatedTo.toSorted()).toEqual([
        'http://elsewhere.test/',
        'http://shop.test/meta',
        'http://shop.test/page',
        'http://shop.test/popup',
      ]);
    });
    expect(asked).toEqual([]);
  });
});

test('a page that leaves before it is parsed is read as far as it got, without waiting, and that is told', {
  timeout,
}, async () => {
  const { outcome, seconds } = await timed(() => lab.show('<body>early<script>location.href = "/next"</script>late'));
  expect(outcome).toMatchObject({ kind: 'rendered', navigatedTo: ['http://shop.test/next'], cuts: ['time'] });
  expect(outcome.kind === 'rendered' && outcome.html).toContain('early');
  expect(seconds).toBeLessThan(5);
});

describe('I6: a page cannot hold on to more than its deadline', () => {
  const hostile = {
    'computes for ever': '<script>while (true) {}</script>',
    'asks for ever': '<script>while (true) alert(1)</script>',
    'writes for ever': '<script>while (true) document.write("<p>x")</script>',
    'logs for ever': '<script>while (true) console.log("x".repeat(1e5))</script>',
    'fetches for ever': '<script>for (let i = 0; ; i++) fetch("/f" + i).catch(() => {})</script>',
  };
  test.each(Object.entries(hostile))(
    'a page that %s times out, and the next one renders',
    { timeout },
    async (_, html) => {
      const hangs = lab.events.length;
      const { outcome, seconds } = await timed(() => lab.show(html, { deadlineMs: 2_000 }));
      expect(outcome).toEqual({ kind: 'failed', code: 'render-timeout' });
      expect(seconds).toBeLessThan(7);
      expect(lab.events.slice(hangs)).toContainEqual({ type: 'browser.hung', stage: 'render', timeoutMs: 2_000 });
      expect((await rendered('<p>next</p>')).html).toContain('<p>next</p>');
      expect(await openPages()).toBe(0);
    },
  );

  test('a page that still loads but answers is read at its deadline, and that is told', { timeout }, async () => {
    const { outcome, seconds } = await timed(() =>
      lab.show('<body>early<script src="/never.js"></script>late', { deadlineMs: 4_000 }),
    );
    expect(outcome).toMatchObject({ kind: 'rendered', cuts: ['time'] });
    expect(outcome.kind === 'rendered' && outcome.html).toContain('early');
    expect(seconds).toBeLessThan(4);
  });

  test('a page that uses up its memory crashes alone', { timeout }, async () => {
    const beside = lab.show('<body><script>setTimeout(() => document.body.append("unharmed"), 400)</script>');
    const outcome = await lab.show(
      '<script>const all = []; while (true) all.push(new Array(1e6).fill(Math.random()))</script>',
      { deadlineMs: 30_000 },
    );
    expect(outcome).toEqual({ kind: 'failed', code: 'render-crashed' });
    expect(await beside).toMatchObject({ kind: 'rendered', html: expect.stringContaining('unharmed') });
  });

  test('pages beside one in an endless loop are not harmed', { timeout }, async () => {
    const looping = lab.show('<script>while (true) {}</script>', { deadlineMs: 2_000 });
    const beside = await Promise.all([1, 2, 3].map((n) => rendered(`<p>beside ${n}</p>`)));
    expect(beside.map(({ html }) => html)).toEqual([1, 2, 3].map((n) => expect.stringContaining(`beside ${n}`)));
    expect((await looping).kind).toBe('failed');
  });

  test('a caller that goes away gets its reason thrown, and its page is given back', { timeout }, async () => {
    const controller = new AbortController();
    const rendering = lab.show('<script>while (true) {}</script>', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('the lock was lost')), 300);
    await expect(rendering).rejects.toThrow('the lock was lost');
    expect(await openPages()).toBe(0);
  });
});

test('nothing passes from one page to the next: cookies, storage', { timeout }, async () => {
  const html = `<body><script>
    document.body.append('before: [' + document.cookie + localStorage.getItem('k') + ']');
    document.cookie = 'c=1'; localStorage.setItem('k', 'v');
    document.body.append('after: [' + document.cookie + localStorage.getItem('k') + ']');
  </script>`;
  for (const page of [await rendered(html), await rendered(html)]) {
    expect(page.html).toContain('before: [null]');
    expect(page.html).toContain('after: [c=1v]');
  }
});

test('a browser is replaced after its number of pages, and each is told when it ends', { timeout }, async () => {
  await using small = await createBrowserLab(undefined, { recycleAfterPages: 2 });
  for (let page = 0; page < 5; page += 1) expect((await small.show('<p>x</p>')).kind).toBe('rendered');
  await expect
    .poll(() => small.events.filter(({ type }) => type === 'browser.ended'), { timeout: 5_000 })
    .toHaveLength(2);
  expect(small.events.filter(({ type }) => type === 'browser.started')).toHaveLength(3);
  expect(small.events).not.toContainEqual(expect.objectContaining({ reason: 'hung' }));
});

async function rendered(html: string, options: Parameters<BrowserLab['show']>[1] = {}) {
  const outcome = await lab.show(html, options);
  if (outcome.kind !== 'rendered') throw new Error(`not rendered: ${outcome.code}`);
  return outcome;
}

async function askedDuring(work: () => Promise<unknown>): Promise<string[]> {
  const before = lab.asked.length;
  await work();
  return lab.asked.slice(before);
}

async function timed<T>(work: () => Promise<T>): Promise<{ outcome: T; seconds: number }> {
  const start = performance.now();
  return { outcome: await work(), seconds: (performance.now() - start) / 1_000 };
}

async function openPages(): Promise<number> {
  const { browsers } = await lab.pool.state();
  return browsers.reduce((sum, { pagesOpen }) => sum + pagesOpen, 0);
}

/** 100 MiB. */
const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 9 });

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write('x'.repeat(500_000)), 20);
  response.on('close', () => clearInterval(timer));
}
