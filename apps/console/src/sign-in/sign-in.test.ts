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

  test('changes and reveals nothing', async () => {
    const campaign = await operated.campaign(['http://a.test/']);
    const session = await signedIn();
    const verbs = ['urls', 'pause', 'resume', 'cancel', 'retry', 'numbers/reveal'];
    const mutations = ['', ...verbs.map((verb) => `/${campaign}/${verb}`)].map((path) => `/api/v1/campaigns${path}`);
    for (const url of [...mutations, '/api/v1/pages/find']) {
      const answer = await operated.ask('POST', url, { purpose: 'test' }, session);
      expect([url, answer.status, answer.json().error.code]).toEqual([url, 401, 'unauthorized']);
    }
    const put = await operated.app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers: session });
    expect(put.statusCode).toBe(401);
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
  });
});

test('every answer carries the security headers, and none may be kept', async () => {
  const answers = [
    await get('/login'),
    await get('/'),
    await operated.ask('GET', '/api/v1/campaigns'),
    await operated.ask('GET', '/queues'),
  ];
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toMatch(/script-src|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
  }
});
