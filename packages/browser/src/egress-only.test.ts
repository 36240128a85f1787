import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium as playwrightChromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { findChromium } from './index.ts';
import { createBrowserLab, runtimeDir } from './testing/browser-lab.ts';

const timeout = 60_000;

test('I5: what a page asks for goes through the egress door, loopback in every spelling too', { timeout }, async () => {
  await using forbidden = await startForbiddenServer();
  const { port } = forbidden;
  await using lab = await createBrowserLab(({ url }, response) => {
    if (url === '/bounce') response.writeHead(302, { location: `http://127.0.0.1:${port}/bounced` });
    response.end();
  });
  const outcome = await lab.show(`<body>
    <link rel=preconnect href="http://127.0.0.1:${port}/"><link rel=dns-prefetch href="//localhost:${port}">
    <link rel=prefetch href="http://127.0.0.1:${port}/"><link rel=modulepreload href="http://127.0.0.1:${port}/m.js">
    <iframe src="http://127.0.0.1:${port}/frame"></iframe><iframe src="/bounce"></iframe>
    <object data="http://127.0.0.1:${port}/object"></object><embed src="http://[::1]:${port}/embed">
    <script src="http://127.0.0.1:${port}/script.js"></script><script>
      for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '127.1', '0.0.0.0', '[::ffff:127.0.0.1]']) {
        fetch('http://' + host + ':${port}/fetch', { mode: 'no-cors' }).catch(() => {});
        new WebSocket('ws://' + host + ':${port}/socket');
      }
      new EventSource('http://127.0.0.1:${port}/events');
      navigator.sendBeacon('http://127.0.0.1:${port}/beacon', 'x');
      fetch('/bounce', { mode: 'no-cors' }).catch(() => {});
      import('http://127.0.0.1:${port}/module.js').catch(() => {});
      new Worker(URL.createObjectURL(new Blob(["importScripts('http://127.0.0.1:${port}/worker.js')"])));
      fetch('/allowed');
    </script>`);
  expect(outcome.kind).toBe('rendered');
  expect(forbidden.connections()).toBe(0);
  // Controls: the same page did reach the host that it may reach, and its attempts did reach the door.
  expect(lab.asked).toEqual(expect.arrayContaining(['/allowed', '/bounce']));
  expect(lab.events.filter((event) => event.type === 'egress.refused').length).toBeGreaterThan(5);
  await fetch(`http://127.0.0.1:${port}/`);
  expect(forbidden.connections()).toBe(1);
});

test('I5: WebRTC sends no datagram, where a browser started otherwise does', { timeout }, async () => {
  await using udp = await startUdpListener();
  const html = `<body><script>
    const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${udp.port}' }] });
    peer.createDataChannel('x');
    peer.createOffer().then((offer) => peer.setLocalDescription(offer)).then(() => document.body.append('gathering'));
    fetch('/slow');
  </script>`;
  await using lab = await createBrowserLab((_, response) => void setTimeout(() => response.end(), 1_500));
  expect(await lab.show(html)).toMatchObject({ html: expect.stringContaining('gathering') });
  expect(udp.datagrams()).toBe(0);

  const { executablePath } = await findChromium({ runtimeDir });
  const control = await playwrightChromium.launch({ executablePath });
  try {
    const page = await control.newPage();
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto('http://shop.test/');
    await expect.poll(() => udp.datagrams(), { timeout: 5_000 }).toBeGreaterThan(0);
  } finally {
    await control.close();
  }
});

async function startForbiddenServer() {
  const server = createServer((_, response) => response.end());
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await once(server.listen(0), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function startUdpListener() {
  const socket = createSocket('udp4');
  let datagrams = 0;
  socket.on('message', () => {
    datagrams += 1;
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    datagrams: () => datagrams,
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
}
