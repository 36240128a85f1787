import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserLab, createBrowserLab } from './testing/browser-lab.ts';

const timeout = 120_000;
let lab: BrowserLab;

beforeAll(async () => {
  const serve: Parameters<typeof createBrowserLab>[0] = ({ url }, response) => {
    if (url?.startsWith('/file')) response.setHeader('content-disposition', 'attachment; filename=report.pdf');
    response.end(url?.startsWith('/file') ? 'x'.repeat(100_000) : url);
  };
  lab = await createBrowserLab(serve, { maxPages: 4 });
}, timeout);
afterAll(() => lab[Symbol.asyncDispose](), timeout);

/** Each does what it does, and then writes `after`: a page that was held up there would not. */
const nuisances = {
  'dialogs: alert, confirm, prompt': `alert('a'); confirm('b'); prompt('c');`,
  printing: 'print();',
  'asking to stay, and leaving': `
    addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'stay'; });
    onbeforeunload = () => 'stay';
    setTimeout(() => { location.href = '/left'; }, 100);`,
  'permission prompts': `
    Notification.requestPermission();
    navigator.geolocation.getCurrentPosition(() => {}, () => {});
    navigator.mediaDevices?.getUserMedia({ audio: true, video: true }).catch(() => {});
    navigator.clipboard?.readText().catch(() => {});
    navigator.permissions.query({ name: 'geolocation' });`,
  notifications: `try { new Notification('hello'); } catch {}`,
  'popups, one after the other': `
    for (let i = 0; i < 20; i++) open('/popup/' + i, '_blank', 'noopener=' + (i % 2));
    setInterval(() => open('/popup/late'), 50);`,
  downloads: `
    for (let i = 0; i < 5; i++) {
      const link = Object.assign(document.createElement('a'), { href: '/file/' + i, download: 'report.pdf' });
      document.body.append(link); link.click();
    }
    const blob = URL.createObjectURL(new Blob(['x'.repeat(1e5)]));
    Object.assign(document.createElement('a'), { href: blob, download: 'blob.bin' }).click();
    location.href = '/file/away';`,
  'file choosers': `
    const input = Object.assign(document.createElement('input'), { type: 'file' });
    document.body.append(input); input.click(); input.showPicker?.call(input);`,
  'going elsewhere without end': `setInterval(() => { location.href = '/round/' + Math.random(); }, 20);`,
  'reloading without end': `setInterval(() => location.reload(), 20);`,
  'a history without end': `setInterval(() => history.pushState({}, '', '/state/' + Math.random()), 5);
    setInterval(() => { location.hash = Math.random(); }, 5); setInterval(() => history.back(), 50);`,
  'full screen, pointer lock, wake lock': `
    document.documentElement.requestFullscreen().catch(() => {});
    document.documentElement.requestPointerLock?.();
    navigator.wakeLock?.request('screen').catch(() => {});`,
  'protocol handlers and other applications': `
    try { navigator.registerProtocolHandler('web+x', '/handle?%s'); } catch {}
    const frame = document.createElement('iframe'); frame.src = 'mailto:a@b.test'; document.body.append(frame);
    setTimeout(() => { location.href = 'tel:+441134960101'; }, 50);`,
  'payments and credentials': `
    navigator.credentials?.get({ password: true }).catch(() => {});
    try { new PaymentRequest([{ supportedMethods: 'https://pay.test' }], { total: { label: 'x', amount: { currency: 'EUR', value: '1' } } })
      .show().catch(() => {}); } catch {}`,
  'closing and stopping itself': `window.close(); self.close(); window.stop();`,
};

describe.concurrent('nothing of this holds a page, or stays behind:', { timeout }, () => {
  test.each(Object.entries(nuisances))('%s', async (_, script) => {
    const started = performance.now();
    const outcome = await lab.show(
      `<body>before<script>try { ${script} } catch (error) { document.title = error }
        const rest = document.createElement('p'); rest.textContent = 'aft' + 'er'; document.body.append(rest);</script>`,
      { deadlineMs: 50_000 },
    );
    expect(outcome).toMatchObject({ kind: 'rendered', html: expect.stringContaining('<p>after</p>') });
    // One that was held would be read shortly before its deadline.
    expect(performance.now() - started).toBeLessThan(40_000);
  });
});

test('and no page, popup or download is left of it', { timeout }, async () => {
  const { browsers } = await lab.pool.state();
  expect(browsers.map(({ pagesOpen }) => pagesOpen)).toEqual([0]);
  const names = await readdir(lab.runDir, { recursive: true });
  expect(names.filter((name) => /report|blob\.bin|\.crdownload/.test(name))).toEqual([]);
  // What was asked for by name only: addresses that pages wanted to go to are reported, not fetched.
  expect(lab.asked.filter((path) => /left|popup|round|state|away/.test(path))).toEqual([]);
});
