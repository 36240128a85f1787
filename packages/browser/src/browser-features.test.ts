import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium as playwrightChromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { findChromium } from './index.ts';
import { createBrowserLab, runtimeDir } from './testing/browser-lab.ts';

const timeout = 60_000;

const script = (code: string) => `<script>try { ${code} } catch {}</script>`;
const worker = (code: string) => `new Worker(URL.createObjectURL(new Blob([${JSON.stringify(code)}])))`;
const loads = (at: string) => `<script src='${at}'></scr\\x69pt>`;

/** Ways in which a page can have its browser connect to a place; each is given one of its own. */
const ways: Record<string, (at: string) => string> = {
  image: (at) => `<img src="${at}">`,
  srcset: (at) => `<img srcset="${at} 1x">`,
  'image by script': (at) => script(`new Image().src = '${at}'`),
  background: (at) => `<p style="background: url(${at})">x</p>`,
  video: (at) => `<video src="${at}" autoplay></video>`,
  script: (at) => `<script src="${at}"></script>`,
  'module script': (at) => `<script type="module" src="${at}"></script>`,
  import: (at) => script(`import('${at}').catch(() => {})`),
  stylesheet: (at) => `<link rel="stylesheet" href="${at}">`,
  'import of styles': (at) => `<style>@import url(${at});</style>`,
  font: (at) => `<style>@font-face { font-family: f; src: url(${at}) } b { font-family: f }</style><b>text</b>`,
  frame: (at) => `<iframe src="${at}"></iframe>`,
  object: (at) => `<object data="${at}"></object>`,
  embed: (at) => `<embed src="${at}">`,
  'frame of a document': (at) => `<iframe srcdoc="<script src='${at}'></script>"></iframe>`,
  'frame of data:': (at) => `<iframe src="data:text/html,<script src='${at}'></script>"></iframe>`,
  'frame of a blob': (at) =>
    script(
      `const f = document.createElement('iframe'); f.src = URL.createObjectURL(new Blob(["${loads(at)}"], { type: 'text/html' })); document.body.append(f)`,
    ),
  prefetch: (at) => `<link rel="prefetch" href="${at}">`,
  preload: (at) => `<link rel="preload" as="script" href="${at}">`,
  modulepreload: (at) => `<link rel="modulepreload" href="${at}">`,
  preconnect: (at) => `<link rel="preconnect" href="${at}">`,
  'speculation rules': (at) =>
    `<script type="speculationrules">{"prefetch":[{"source":"list","urls":["${at}"]}],"prerender":[{"source":"list","urls":["${at}"]}]}</script>`,
  fetch: (at) => script(`fetch('${at}', { mode: 'no-cors' }).catch(() => {})`),
  'fetch kept alive': (at) => script(`fetch('${at}', { mode: 'no-cors', keepalive: true }).catch(() => {})`),
  XMLHttpRequest: (at) => script(`const x = new XMLHttpRequest(); x.open('GET', '${at}'); x.send()`),
  EventSource: (at) => script(`new EventSource('${at}')`),
  beacon: (at) => script(`navigator.sendBeacon('${at}', 'x')`),
  ping: (at) =>
    script(`const a = document.createElement('a'); a.href = '#'; a.ping = '${at}'; document.body.append(a); a.click()`),
  websocket: (at) => script(`new WebSocket('${at.replace('http', 'ws')}')`),
  'websocket of a worker': (at) => script(worker(`new WebSocket('${at.replace('http', 'ws')}')`)),
  'scripts of a worker': (at) => script(worker(`importScripts('${at}')`)),
  'fetch of a worker': (at) => script(worker(`fetch('${at}', { mode: 'no-cors' })`)),
  'shared worker': (at) =>
    script(`new SharedWorker(URL.createObjectURL(new Blob(["fetch('${at}', { mode: 'no-cors' })"])))`),
  'TURN over TCP': (at) =>
    script(
      `const p = new RTCPeerConnection({ iceServers: [{ urls: 'turn:${new URL(at).host}?transport=tcp', username: 'u', credential: 'c' }] }); p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o))`,
    ),
  STUN: (at) =>
    script(
      `const p = new RTCPeerConnection({ iceServers: [{ urls: 'stun:${new URL(at).host}' }] }); p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o))`,
    ),
  popup: (at) => script(`window.open('${at}')`),
  download: (at) =>
    script(
      `const a = document.createElement('a'); a.href = '${at}'; a.download = 'x'; document.body.append(a); a.click()`,
    ),
};

/** What the headless shell does not do wherever it runs; full Chromium does. */
const never = ['preconnect'];

test('I5: of the ways in which a page can have its browser connect somewhere, none leads past the door; control: elsewhere they do', {
  timeout,
}, async () => {
  await using inside = await plantListeners();
  await using lab = await createBrowserLab();
  for (const html of pagesTo(inside.at)) expect((await lab.show(html)).kind).toBe('rendered');
  expect(inside.reached()).toEqual([]);
  expect(lab.events.filter(({ type }) => type === 'egress.refused').length).toBeGreaterThan(10);

  await using elsewhere = await plantListeners();
  const { executablePath } = await findChromium({ runtimeDir });
  const control = await playwrightChromium.launch({ executablePath });
  onTestFinished(() => control.close());
  for (const html of pagesTo(elsewhere.at)) {
    const page = await control.newPage();
    await page.route('http://shop.test/**', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto('http://shop.test/', { waitUntil: 'commit' });
  }
  const expected = Object.keys(ways).filter((way) => !never.includes(way));
  await expect.poll(() => elsewhere.reached(), { timeout: 8_000 }).toEqual(expect.arrayContaining(expected));
});

test('I5: no page reads a file, and none is left for data:, file: or a download', { timeout }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'numfleet-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const canary = pathToFileURL(join(folder, 'canary.html')).href;
  await writeFile(join(folder, 'canary.html'), 'the canary of the file');
  await using lab = await createBrowserLab((_, response) => {
    response.writeHead(200, { 'content-disposition': 'attachment; filename=x.bin' }).end('downloaded');
  });
  for (const away of [`location = '${canary}'`, "location = 'data:text/html,elsewhere'", "location = '/download'"]) {
    const outcome = await lab.show(`<body>stays<iframe src="${canary}"></iframe><object data="${canary}"></object>
      <script src="${canary}"></script><link rel=import href="${canary}"><p id=p></p><script>
        const tell = (text) => document.body.append('[' + text + ']');
        fetch('${canary}').then((r) => r.text()).then(tell, () => tell('refused'));
        const x = new XMLHttpRequest(); x.onload = () => tell(x.responseText); x.onerror = () => tell('refused');
        try { x.open('GET', '${canary}'); x.send(); } catch { tell('refused') }
        try { window.open('${canary}') } catch {}
        setTimeout(() => { ${away} }, 200);
      </script>`);
    expect(outcome).toMatchObject({ kind: 'rendered', html: expect.stringContaining('stays') });
    expect(outcome.kind === 'rendered' && outcome.html).toMatch(/\[refused\]\[refused\]/);
    expect(outcome.kind === 'rendered' && outcome.html).not.toContain('the canary of the file');
    expect(outcome.kind === 'rendered' && outcome.html).not.toContain('elsewhere</body>');
  }
});

test('I5: service workers and WebTransport, which only secure pages have, are of no avail', { timeout }, async () => {
  await using udp = await listenUdp();
  await using lab = await createBrowserLab();
  const outcome = await lab.pool.render({
    pageId: '1',
    url: 'https://shop.test/page',
    document: {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: Buffer.from(`<body>${isSecureContextTold}<script>
        const tell = (text) => document.body.append('[' + text + ']');
        navigator.serviceWorker.register('/worker.js').then((r) => tell(r ? 'registered' : 'not registered'), () => tell('not registered'));
        try { new WebTransport('https://127.0.0.1:${udp.port}/').ready.then(() => tell('transported'), () => tell('not transported')) } catch { tell('not transported') }
      </script>`),
    },
    deadlineMs: 15_000,
  });
  expect(outcome).toMatchObject({ kind: 'rendered', html: expect.stringContaining('[secure: true]') });
  expect(outcome.kind === 'rendered' && outcome.html).not.toMatch(/\[(registered|transported)\]/);
  expect(udp.datagrams()).toBe(0);
  expect(lab.asked).toEqual([]);
});

const isSecureContextTold = "<script>document.body.append('[secure: ' + isSecureContext + ']')</script>";

/** Ways that must not take one another's room: a page may ask for so much and no more. */
function pagesTo(at: (way: string) => string): string[] {
  const all = Object.entries(ways);
  const half = Math.ceil(all.length / 2);
  return [all.slice(0, half), all.slice(half)].map(
    (some) => `<!doctype html><body>${some.map(([way, html]) => html(at(way))).join('\n')}</body>`,
  );
}

/** A port of loopback for each way, over TCP and UDP. */
async function plantListeners() {
  await using stack = new AsyncDisposableStack();
  const ports = new Map<string, number>();
  const reached = new Set<string>();
  for (const way of Object.keys(ways)) {
    const sockets = new Set<Socket>();
    const tcp = createServer((socket) => {
      reached.add(way);
      sockets.add(socket.on('error', () => {}));
    });
    await once(tcp.listen(0, '127.0.0.1'), 'listening');
    const { port } = tcp.address() as AddressInfo;
    ports.set(way, port);
    const udp = stack.use(await listenUdp(port, () => reached.add(way)));
    stack.defer(() => {
      for (const socket of sockets) socket.destroy();
      tcp.close();
    });
    expect(udp.port).toBe(port);
  }
  const held = stack.move();
  return {
    at: (way: string) => `http://127.0.0.1:${ports.get(way)}/`,
    reached: () => [...reached],
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function listenUdp(port = 0, onDatagram: () => void = () => {}) {
  const socket = createSocket('udp4');
  let datagrams = 0;
  socket.on('message', () => {
    datagrams += 1;
    onDatagram();
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    datagrams: () => datagrams,
    async [Symbol.asyncDispose]() {
      socket.close();
      await sleep(0);
    },
  };
}
