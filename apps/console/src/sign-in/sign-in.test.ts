import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

const browser = { accept: 'text/html,application/xhtml+xml' };

let operated: TestConsole;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
});

afterAll(() => operated[Symbol.asyncDispose]());

// A minute on, earlier failures count no more.
afterEach(() => operated.pass(60_000));

const get = (url: string, headers: Record<string, string> = {}) => operated.ask('GET', url, undefined, headers);

/** A form that a browser posts. */
const submit = (fields: Record<string, string>) =>
  operated.ask('POST', '/login', new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });

/** The cookie of a browser that followed the link with the token. */
async function signedIn(): Promise<{ cookie: string }> {
  const answer = await get(`/login?token=${operated.token}`);
  return { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
}

/** What a browser sends from a page of the console. */
async function ownPage(session: { cookie: string }): Promise<Record<string, string>> {
  const { csrfToken } = (await get('/api/v1/session', session)).json();
  const host = 'localhost:7300';
  return { ...session, host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', 'x-csrf-token': csrfToken };
}

const everywhere = [
  '/',
  '/queues',
  '/queues/',
  '/queues/api/queues',
  '/api/v1/campaigns',
  '/api/v1/openapi.json',
  '/x',
];

describe('without a token', () => {
  test.each(everywhere)('%s tells a program nothing', async (url) => {
    for (const headers of [{}, { authorization: 'Bearer ' }, { authorization: `Bearer ${operated.token}x` }]) {
      const answer = await get(url, headers);
      expect([answer.status, answer.json().error.code]).toEqual([401, 'unauthorized']);
    }
  });

  test.each(everywhere)('%s sends a browser to sign in', async (url) => {
    const answer = await get(url, browser);
    expect([answer.status, answer.headers.location]).toEqual([303, `/login?next=${encodeURIComponent(url)}`]);
  });

  test('the token as a cookie or a query does not do', async () => {
    expect(await get(`/?token=${operated.token}`)).toMatchObject({ status: 401 });
    expect(await get('/', { cookie: `numfleet_session=${operated.token}` })).toMatchObject({ status: 401 });
  });
});

test('the bearer token opens everything', async () => {
  for (const url of everywhere.slice(0, -1)) expect(await operated.ask('GET', url)).toMatchObject({ status: 200 });
});

describe('the link with the token', () => {
  test('leaves a session that is not the token, and takes the token out of the address', async () => {
    const answer = await get(`/login?token=${operated.token}&next=${encodeURIComponent('/queues?a=1')}`);
    expect([answer.status, answer.headers.location]).toEqual([303, '/queues?a=1']);
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^numfleet_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(operated.token);
  });

  test.each([
    'https://evil.test/',
    '//evil.test/',
    '/\\evil.test',
    '/\t/evil.test',
    '/%5c/../..//evil.test',
    'queues',
    '',
  ])('goes nowhere else: %j', async (next) => {
    const answer = await get(`/login?token=${operated.token}&next=${encodeURIComponent(next)}`);
    expect(answer.status).toBe(303);
    const target = new URL(String(answer.headers.location), 'http://here.test/');
    expect(target.host).toBe('here.test');
  });
});

describe('a session', () => {
  test('reads everything, for 12 hours', async () => {
    const session = await signedIn();
    for (const url of everywhere.slice(0, -1)) expect(await get(url, session)).toMatchObject({ status: 200 });
    expect(await get('/login?next=/queues', session)).toMatchObject({ status: 303, headers: { location: '/queues' } });
    operated.pass(12 * 3_600_000);
    expect(await get('/', session)).toMatchObject({ status: 401 });
  });

  test('creates, adds and reveals nothing, not even from our own page', async () => {
    const campaign = await operated.campaign(['http://a.test/']);
    const session = await ownPage(await signedIn());
    for (const path of ['', `/${campaign}/urls`, `/${campaign}/numbers/reveal`]) {
      const answer = await operated.ask('POST', `/api/v1/campaigns${path}`, { purpose: 'test' }, session);
      expect([path, answer.status, answer.json().error.code]).toEqual([path, 403, 'forbidden']);
    }
    const put = await operated.app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers: session });
    expect(put.statusCode).toBe(403);
  });

  test('pauses, resumes, retries and cancels from our own page, which any browser sends', async () => {
    const campaign = await operated.campaign(['http://a.test/']);
    const { 'sec-fetch-site': _, ...older } = await ownPage(await signedIn());
    for (const headers of [{ ...older, 'sec-fetch-site': 'same-origin' }, older]) {
      const states = [];
      for (const verb of ['pause', 'resume']) {
        states.push((await operated.ask('POST', `/api/v1/campaigns/${campaign}/${verb}`, {}, headers)).json().state);
      }
      expect(states).toEqual(['paused', 'active']);
    }
    for (const verb of ['retry', 'cancel']) {
      expect(await operated.ask('POST', `/api/v1/campaigns/${campaign}/${verb}`, {}, older)).toMatchObject({
        status: 200,
      });
    }
  });

  test.each<[string, (own: Record<string, string>) => Record<string, string | undefined>]>([
    ['without the token of the session', () => ({ 'x-csrf-token': undefined })],
    ['with a wrong token', () => ({ 'x-csrf-token': 'A'.repeat(43) })],
    ['from another site', () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' })],
    ['from another port of this machine', () => ({ 'sec-fetch-site': 'same-site', origin: 'http://localhost:8080' })],
    ['that lies about one of the two', () => ({ 'sec-fetch-site': 'same-origin', origin: 'http://evil.test' })],
    ['from a sandboxed frame', () => ({ origin: 'null' })],
    ['that does not say where it comes from', () => ({ 'sec-fetch-site': undefined, origin: undefined })],
  ])('changes nothing by a request %s (CSRF)', async (_name, change) => {
    const campaign = await operated.campaign(['http://a.test/']);
    const own = await ownPage(await signedIn());
    const changed = Object.entries({ ...own, ...change(own) }).filter(([, value]) => value !== undefined);
    const headers = Object.fromEntries(changed) as Record<string, string>;
    const answer = await operated.ask('POST', `/api/v1/campaigns/${campaign}/pause`, {}, headers);
    expect([answer.status, answer.json().error.code]).toEqual([403, 'forbidden']);
    expect((await operated.ask('GET', `/api/v1/campaigns/${campaign}`)).json().state).toBe('active');
  });

  test('is not changed by the token of another session', async () => {
    const campaign = await operated.campaign(['http://a.test/']);
    const [mine, other] = [await ownPage(await signedIn()), await ownPage(await signedIn())];
    const mixed = { ...mine, 'x-csrf-token': other['x-csrf-token'] ?? '' };
    expect(await operated.ask('POST', `/api/v1/campaigns/${campaign}/pause`, {}, mixed)).toMatchObject({ status: 403 });
  });

  test('ends when it is signed out, and only it', async () => {
    const [mine, other] = [await ownPage(await signedIn()), await ownPage(await signedIn())];
    const ended = await operated.ask('POST', '/api/v1/session/end', undefined, mine);
    expect([ended.status, ended.json()]).toEqual([200, { ended: true }]);
    expect(ended.headers['set-cookie']).toMatch(/^numfleet_session=; Max-Age=0; Path=\/; /);
    expect(await get('/api/v1/fleet', mine)).toMatchObject({ status: 401 });
    expect(await get('/api/v1/fleet', other)).toMatchObject({ status: 200 });
  });

  test('is none of what the token has', async () => {
    expect((await operated.ask('GET', '/api/v1/session')).json().error.code).toBe('not-found');
  });
});

describe('the form', () => {
  test('signs in', async () => {
    expect((await get('/login')).text).toContain('<form method="post"');
    const answer = await submit({ token: ` ${operated.token}\n`, next: '/queues' });
    expect([answer.status, answer.headers.location]).toEqual([303, '/queues']);
  });

  test('refuses a wrong token, shows none, and escapes what it was given', async () => {
    const answer = await submit({ token: 'wrong', next: '/"><script>alert(1)</script>' });
    expect(answer.status).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.text).not.toMatch(/<script>|wrong"/);
    expect(answer.text).not.toContain(operated.token);
  });

  test('after ten wrong tokens not even the right one does, for a minute', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) expect((await submit({ token: 'wrong' })).status).toBe(401);
    const locked = await submit({ token: operated.token });
    expect([locked.status, locked.headers['retry-after']]).toEqual([429, '60']);
    expect((await get(`/login?token=${operated.token}`)).status).toBe(429);
    operated.pass(60_000);
    expect((await submit({ token: operated.token })).status).toBe(303);
  });

  test('takes no large body', async () => {
    const answer = await submit({ token: 'x'.repeat(5_000) });
    expect([answer.status, answer.json().error.code]).toEqual([413, 'request-too-large']);
  });
});

describe('the Host header', () => {
  const withHost = (host: string) => get('/login', { host });

  test.each(['127.0.0.1:7300', 'localhost:7300', 'LOCALHOST', '[::1]:7300'])('%s is ours', async (host) => {
    expect((await withHost(host)).status).toBe(200);
  });

  test.each(['evil.test', '127.0.0.1.evil.test:7300', 'localhost.evil.test', '192.0.2.1', 'a b'])(
    '%j is not (DNS rebinding)',
    async (host) => {
      const answer = await withHost(host);
      expect([answer.status, answer.json().error.code]).toEqual([400, 'request-invalid']);
    },
  );

  test('is any address and no other name where the console listens on all', async () => {
    await using open = await startTestConsole(inject('postgresUrl'), { host: '0.0.0.0' });
    const status = async (host: string) => (await open.ask('GET', '/login', undefined, { host })).status;
    expect([await status('192.0.2.1:7300'), await status('[2001:db8::1]'), await status('evil.test')]).toEqual([
      200, 200, 400,
    ]);
    const unsafe = await open.ask('GET', `/login?token=${open.token}`, undefined, { host: '192.0.2.1:7300' });
    expect(unsafe.status).toBe(403);
    expect(unsafe.text).toContain('NUMFLEET_CONSOLE_URL');
    expect(unsafe.headers['set-cookie']).toBeUndefined();
  });

  test('is of no interest where the token is sent', async () => {
    const headers = { host: 'numfleet-console.internal', authorization: `Bearer ${operated.token}` };
    expect(await operated.ask('GET', '/api/v1/campaigns', undefined, headers)).toMatchObject({ status: 200 });
  });
});

describe('behind a TLS proxy, by NUMFLEET_CONSOLE_URL', () => {
  const host = 'numbers.example';
  let behind: TestConsole;

  beforeAll(async () => {
    behind = await startTestConsole(inject('postgresUrl'), { host: '0.0.0.0', url: `https://${host}` });
  });

  afterAll(() => behind[Symbol.asyncDispose]());

  const signIn = (host: string) => behind.ask('GET', `/login?token=${behind.token}`, undefined, { host });

  test('the cookie is Secure and of this host alone, and the browser is told to stay with TLS', async () => {
    for (const header of [host, `${host}:443`]) {
      const answer = await signIn(header);
      expect(String(answer.headers['set-cookie'])).toMatch(
        /^__Host-numfleet_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      );
      expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });

  test('its origin is the one that may change something', async () => {
    const cookie = String((await signIn(host)).headers['set-cookie']).split(';')[0] ?? '';
    const { csrfToken } = (await behind.ask('GET', '/api/v1/session', undefined, { host, cookie })).json();
    const end = (origin: string) =>
      behind.ask('POST', '/api/v1/session/end', undefined, { host, cookie, origin, 'x-csrf-token': csrfToken });
    expect(await end(`http://${host}`)).toMatchObject({ status: 403 });
    expect(await end(`https://${host}`)).toMatchObject({ status: 200 });
  });

  test('a tunnel to a loopback name works beside it, without TLS', async () => {
    const answer = await signIn('localhost:7300');
    expect(String(answer.headers['set-cookie'])).toMatch(/^numfleet_session=(?!.*Secure)/);
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });
});

test('every answer carries the security headers, and none may be kept', async () => {
  const answers = [
    await get('/login'),
    await get('/console.css'),
    await operated.ask('GET', '/'),
    await operated.ask('GET', '/api/v1/campaigns'),
    await operated.ask('GET', '/nothing'),
    await operated.ask('GET', '/queues'),
  ];
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|https?:|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
  }
  for (const { headers } of answers.slice(0, -1)) {
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  }
  expect(answers[0]?.text).not.toMatch(/<script|<style|style=/);
});
