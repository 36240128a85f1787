import { createHash } from 'node:crypto';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

const api = '/api/v1';

let operated: TestConsole;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
});

afterAll(() => operated[Symbol.asyncDispose]());

const get = (path: string) => operated.ask('GET', api + path);
const post = (path: string, body?: unknown) => operated.ask('POST', api + path, body);

const auditOf = async (campaign: string) => {
  const { rows } = await operated.owner.query<{ actor: string; action: string; details: object }>(
    'select actor, action, details from audit_events where campaign_id = $1 order by id',
    [campaign],
  );
  return rows;
};

describe('campaigns', () => {
  test('are created with their seeds, each once, and their hosts are the scope', async () => {
    const seeds = ['http://a.test/', 'http://a.test/#same', 'http://b.test/x'];
    const created = await post('/campaigns', { purpose: 'a test', name: 'first', seeds });
    expect(created.status).toBe(201);
    const { campaign, ...counts } = created.json();
    expect(counts).toEqual({ added: 2, known: 1, excluded: 0 });
    const status = await get(`/campaigns/${campaign}`);
    expect(status.json()).toEqual({
      campaign,
      name: 'first',
      purpose: 'a test',
      state: 'active',
      discovered: 2,
      pages: { queued: 2, leased: 0, done: 0, failed: 0, excluded: 0 },
      excludedOverflow: 0,
      numbers: 0,
      sightings: 0,
      seconds: 0,
      everySeconds: null,
      nextVisitAt: null,
    });
    expect((await get('/campaigns')).json().campaigns).toContainEqual(status.json());
    const { rows } = await operated.owner.query('select host from campaign_hosts where campaign_id = $1', [campaign]);
    expect(rows).toEqual([{ host: 'a.test' }, { host: 'b.test' }]);
  });

  test('take more URLs, and their hosts into the scope', async () => {
    const campaign = await operated.campaign(['http://a.test/']);
    const report = await post(`/campaigns/${campaign}/urls`, { urls: ['http://a.test/', 'http://c.test/'] });
    expect(report).toMatchObject({ status: 200 });
    expect(report.json()).toEqual({ campaign, added: 1, known: 1, excluded: 0 });
    const { rows } = await operated.owner.query('select host from campaign_hosts where campaign_id = $1', [campaign]);
    expect(rows).toContainEqual({ host: 'c.test' });
  });

  test('are paused, resumed, retried and cancelled, each with its audit event', async () => {
    const campaign = await operated.campaign(['http://verbs.test/']);
    const states = [];
    for (const verb of ['pause', 'resume', 'retry', 'cancel']) {
      states.push((await post(`/campaigns/${campaign}/${verb}`)).json().state);
    }
    expect(states).toEqual(['paused', 'active', 'active', 'cancelled']);
    const again = await post(`/campaigns/${campaign}/resume`);
    expect(again).toMatchObject({ status: 409 });
    expect(again.json().error.code).toBe('campaign-state');
    expect((await auditOf(campaign)).map(({ actor, action }) => `${actor} ${action}`)).toEqual(
      ['created', 'paused', 'active', 'retried', 'cancelled'].map((verb) => `operator campaign.${verb}`),
    );
  });
});

describe('bad input gets a code, a fitting status, and changes nothing', () => {
  const seeds = ['http://a.test/'];
  const purpose = 'test';
  const table: [string, string, unknown, number, string][] = [
    ['no purpose', '/campaigns', { seeds }, 400, 'purpose-missing'],
    ['a blank purpose', '/campaigns', { seeds, purpose: '  ' }, 400, 'purpose-missing'],
    ['a number as purpose', '/campaigns', { seeds, purpose: 'find +44 20 7946 0958' }, 400, 'request-invalid'],
    ['a number as name', '/campaigns', { seeds, purpose, name: '020 7946 0958' }, 400, 'request-invalid'],
    ['a number in deny', '/campaigns', { seeds, purpose, deny: '/02079460958' }, 400, 'request-invalid'],
    ['no body', '/campaigns', undefined, 400, 'request-invalid'],
    ['no seed', '/campaigns', { purpose, seeds: [] }, 400, 'request-invalid'],
    ['an unknown field', '/campaigns', { purpose, seeds, depht: 1 }, 400, 'request-invalid'],
    ['a wrong depth', '/campaigns', { purpose, seeds, depth: -1 }, 400, 'request-invalid'],
    ['a country that is none', '/campaigns', { purpose, seeds, region: 'XX' }, 400, 'request-invalid'],
    ['a wrong expression', '/campaigns', { purpose, seeds, deny: '(' }, 400, 'request-invalid'],
    ['a seed that is no URL', '/campaigns', { purpose, seeds: [...seeds, 'nonsense'] }, 400, 'url-malformed'],
    ['a seed that is no web page', '/campaigns', { purpose, seeds: ['file:///etc/passwd'] }, 400, 'url-malformed'],
    [
      'a public host without contact',
      '/campaigns',
      { purpose, seeds: ['https://example.com/'] },
      400,
      'contact-missing',
    ],
    ['an address without contact', '/campaigns', { purpose, seeds: ['http://[::1]/'] }, 400, 'contact-missing'],
    ['a campaign that is not there', '/campaigns/999/pause', undefined, 404, 'campaign-unknown'],
    ['an id that is none', '/campaigns/x/retry', undefined, 404, 'campaign-unknown'],
    ['an id beyond a bigint', '/campaigns/9999999999999999999/cancel', undefined, 404, 'campaign-unknown'],
    ['URLs for a campaign that is not there', '/campaigns/999/urls', { urls: seeds }, 404, 'campaign-unknown'],
    ['a malformed URL to enqueue', '/campaigns/999/urls', { urls: ['x'] }, 400, 'url-malformed'],
    ['a page that nobody met', '/pages/find', { url: 'http://never.test/' }, 404, 'page-unknown'],
    ['a page that is no URL', '/pages/find', { url: 'never' }, 400, 'url-malformed'],
    ['a page of no campaign', '/pages/find', { url: 'http://a.test/', campaign: 'x' }, 404, 'campaign-unknown'],
    ['a reveal without purpose', '/campaigns/1/numbers/reveal', {}, 400, 'purpose-missing'],
    ['a reveal without body', '/campaigns/1/numbers/reveal', undefined, 400, 'purpose-missing'],
    ['a reveal of nothing', '/campaigns/999/numbers/reveal', { purpose }, 404, 'campaign-unknown'],
    [
      'a number as purpose of a reveal',
      '/campaigns/1/numbers/reveal',
      { purpose: '02079460958' },
      400,
      'request-invalid',
    ],
    ['a body over 10 MiB', '/campaigns', { purpose, seeds: ['x'.repeat(10_485_761)] }, 413, 'request-too-large'],
    ['a body where none is read', '/campaigns/1/pause', { force: true }, 400, 'request-invalid'],
    ['a large body where none is read', '/campaigns/1/pause', { x: 'x'.repeat(2_000) }, 413, 'request-too-large'],
    ['an unknown query', '/campaigns/1/pause?force=1', undefined, 400, 'request-invalid'],
    ['a format that is none', '/campaigns/1/numbers/reveal?format=xls', { purpose }, 400, 'request-invalid'],
    ['a format twice', '/campaigns/1/numbers/reveal?format=csv&format=csv', { purpose }, 400, 'request-invalid'],
    ['a method that is not there', '/fleet', {}, 405, 'method-unsupported'],
    ['a path that is not there', '/campaign', {}, 404, 'not-found'],
    ['a verb that is not there', '/campaigns/1/delete', undefined, 404, 'not-found'],
  ];

  test.each(table)('%s', async (_name, path, body, status, code) => {
    const count = async () => (await operated.owner.query('select from campaigns')).count;
    const before = await count();
    const answer = await post(path, body);
    expect(answer.json()).toEqual({ error: { code, message: expect.stringMatching(/^.{10,}\.$/s) } });
    expect(answer.status).toBe(status);
    expect(await count()).toBe(before);
    expect(answer.text).not.toMatch(/7946|passwd|nonsense/);
  });

  test('a body that is not JSON', async () => {
    const headers = { authorization: `Bearer ${operated.token}`, 'content-type': 'application/json' };
    const broken = await operated.ask('POST', `${api}/campaigns`, '{"purpose": "+442079460958', headers);
    expect([broken.status, broken.json().error.code]).toEqual([400, 'request-invalid']);
    expect(broken.text).not.toContain('7946');
    const text = await operated.ask('POST', `${api}/campaigns`, 'x', { ...headers, 'content-type': 'text/plain' });
    expect([text.status, text.json().error.code]).toEqual([415, 'media-unsupported']);
    const path = await operated.ask('GET', `${api}/campaigns/%zz`);
    expect([path.status, path.json().error.code]).toEqual([400, 'request-invalid']);
  });

  test('the position of a malformed seed is told, and the seed is not', async () => {
    const answer = await post('/campaigns', { purpose: 'test', seeds: ['http://a.test/', 'tel:+442079460958'] });
    expect(answer.json().error.message).toContain('URL 2 ');
    expect(answer.text).not.toContain('7946');
  });
});

test('I11: with a contact, public hosts are taken', async () => {
  await using reachable = await startTestConsole(inject('postgresUrl'), { hasContact: true });
  expect(await reachable.campaign(['https://example.com/'])).toBe('1');
});

describe('pages', () => {
  test('are found by their URL, whose numbers are not shown (I3)', async () => {
    const campaign = await operated.campaign(['http://pages.test/tel/020-7946-0958']);
    const found = await post('/pages/find', { url: 'HTTP://pages.test:80/tel/020-7946-0958#x', campaign });
    expect(found.status).toBe(200);
    expect(found.json()).toEqual({
      id: expect.stringMatching(/^\d+$/),
      kind: 'page',
      via: 'seed',
      campaign,
      url: 'http://pages.test/tel/[phone]',
      state: 'queued',
      code: null,
      depth: 0,
      attempts: 0,
      foundOn: null,
      httpStatus: null,
      rendered: null,
      renderDecision: null,
      renderGained: null,
      rereads: 0,
      likeCompared: null,
      likeGained: null,
      likeNeedBrowser: null,
      cuts: [],
      findings: null,
      lastFetchedAt: null,
      nextAttemptAt: null,
      changed: null,
      nextVisitAt: null,
    });
  });
});

describe('numbers', () => {
  const digits = ['442079460958', '442079460959', '33142685300'];
  let campaign: string;

  beforeAll(async () => {
    campaign = await operated.campaign(['http://numbers.test/a', 'http://numbers.test/tel/02079460958']);
    await operated.crawl(digits.map((plain) => createPhoneNumber(`+${plain}`)));
  });

  const linesOf = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('I3: are listed masked, and no digits but the first and last two are in the answer', async () => {
    const listed = await get(`/campaigns/${campaign}/numbers`);
    expect(listed.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(listed.headers['cache-control']).toBe('no-store');
    const lines = linesOf(listed.text);
    expect(lines.map(({ number }) => number).sort()).toEqual(['+33•••••••00', '+44•••••••58', '+44•••••••59']);
    expect(lines[0]).toMatchObject({ region: 'GB', type: 'fixed_line', firstSeen: expect.stringMatching(/Z$/) });
    expect(lines[0].sightings.map(({ url }: { url: string }) => url).sort()).toEqual([
      'http://numbers.test/a',
      'http://numbers.test/tel/[phone]',
    ]);
    for (const plain of digits) expect(listed.text).not.toContain(plain.slice(2, -2));
  });

  test('are revealed for a purpose (the positive control), and both ends of it are audited', async () => {
    const revealed = await post(`/campaigns/${campaign}/numbers/reveal`, { purpose: 'call back' });
    expect(
      linesOf(revealed.text)
        .map(({ number }) => number)
        .sort(),
    ).toEqual(digits.map((plain) => `+${plain}`).sort());
    expect((await auditOf(campaign)).slice(-2)).toEqual([
      { actor: 'operator', action: 'numbers.revealed', details: { purpose: 'call back', format: 'jsonl' } },
      {
        actor: 'operator',
        action: 'numbers.revealed.ended',
        details: {
          purpose: 'call back',
          format: 'jsonl',
          numbers: 3,
          bytes: Buffer.byteLength(revealed.text),
          complete: true,
          sha256: createHash('sha256').update(revealed.text).digest('hex'),
        },
      },
    ]);
  });

  test('of a campaign without any are an empty answer; of none that there is, an error', async () => {
    const empty = await operated.campaign(['http://empty.test/']);
    expect(await get(`/campaigns/${empty}/numbers`)).toMatchObject({ status: 200, text: '' });
    expect((await get('/campaigns/999/numbers')).json().error.code).toBe('campaign-unknown');
  });

  test('I11: where the audit cannot be written, no number leaves, and the defect is reported', async () => {
    await operated.owner.query('revoke insert on audit_events from numfleet_console');
    try {
      const refused = await post(`/campaigns/${campaign}/numbers/reveal`, { purpose: 'call back' });
      expect(refused.status).toBe(500);
      expect(refused.json().error.code).toBe('internal-error');
      expect(refused.text).not.toMatch(/7946|audit_events/);
    } finally {
      await operated.owner.query('grant insert on audit_events to numfleet_console');
    }
    expect(operated.events).toContainEqual({
      type: 'request.failed',
      route: '/api/v1/campaigns/:campaign/numbers/reveal',
      code: 'internal-error',
      error: expect.any(Error),
    });
  });
});
