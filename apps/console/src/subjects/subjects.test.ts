import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

let operated: TestConsole;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
});

afterAll(() => operated[Symbol.asyncDispose]());

const post = async (path: string, body: object) => (await operated.ask('POST', `/api/v1${path}`, body)).json();
const erase = (numbers: string[], more = {}) => post('/numbers/erase', { numbers, reason: 'asked for', ...more });
const trace = (number: string, more = {}) => post('/numbers/trace', { number, purpose: 'a request', ...more });

let sites = 0;
/** A campaign in which these numbers stand on a page. */
async function found(...numbers: string[]): Promise<string> {
  sites += 1;
  const campaign = await operated.campaign([`http://site-${sites}.test/`]);
  await operated.crawl(numbers.map(createPhoneNumber));
  return campaign;
}
const countOf = async (campaign: string) => {
  const { numbers, sightings } = (await operated.ask('GET', `/api/v1/campaigns/${campaign}`)).json();
  return { numbers, sightings };
};

describe('G55: erasing a number', () => {
  test('takes it, its extensions and its sightings away in every campaign, and nothing else', async () => {
    const first = await found('+442079460101', '+442079460101;ext=12', '+442079460102');
    const second = await found('+442079460101', '+33142685301');
    const report = await erase(['020 7946 0101'], { region: 'GB' });
    expect(report).toMatchObject({ malformed: [], certificate: { actor: 'operator', reason: 'asked for' } });
    expect(report.certificate.erased).toEqual({ subjects: 1, numbers: 3, sightings: 3, campaigns: 2 });
    expect([await countOf(first), await countOf(second)]).toEqual([
      { numbers: 1, sightings: 1 },
      { numbers: 1, sightings: 1 },
    ]);
    const { rows } = await operated.owner.query('select from numbers where ciphertext is not null');
    expect(rows).toHaveLength(2);
  });

  test.each([
    ['+44 20 7946 0103', null],
    ['+44 (0)20-7946-0103', null],
    ['0044.20.7946.0103', null],
    ['(020) 7946 0103', 'GB'],
    ['tel:+442079460103', null],
    ['０２０ ７９４６ ０１０３', 'GB'],
    ['+44 20 7946 0103 ext. 7', null],
  ])('holds against its coming back however it was asked for: %s', async (written, region) => {
    await found('+442079460103', '+442079460104');
    const { certificate } = await erase([written], { region });
    expect(certificate.subjects).toHaveLength(1);
    operated.events.length = 0;
    const again = await found('+442079460103', '+442079460103;ext=99', '+442079460104');
    expect(await countOf(again)).toEqual({ numbers: 1, sightings: 1 });
    const { rows } = await operated.owner.query<{ details: object }>(
      `select details from audit_events where action = 'page.committed' and campaign_id = $1`,
      [again],
    );
    expect(rows).toMatchObject([{ details: { numbers: 1, sightings: 1, suppressed: 2 } }]);
  });

  test('twice is the same, and of one that was never found as well', async () => {
    const [once, twice] = [await erase(['+33142685399']), await erase(['+33142685399', '+33 1 42 68 53 99'])];
    expect(once.certificate.erased).toEqual({ subjects: 0, numbers: 0, sightings: 0, campaigns: 0 });
    expect(twice.certificate.subjects).toEqual(once.certificate.subjects);
  });

  test('says which of many are none, by their places and never by what they are', async () => {
    const given = [
      '+442079460105',
      'nonsense',
      '12',
      '020 7946 0106',
      '+442079460106 or +442079460107',
      '+999 1234 5678',
    ];
    const answer = await operated.ask('POST', '/api/v1/numbers/erase', { numbers: given, reason: 'asked for' });
    expect(answer.json()).toMatchObject({ malformed: [1, 2, 3, 4] });
    expect(answer.text).not.toMatch(/7946|nonsense|1234/);
    expect((await erase(['none'])).certificate).toBeNull();
    expect((await erase(['+442079460105'], { region: 'XX' })).error.code).toBe('request-invalid');
    expect((await erase(['+442079460105'], { reason: 'of +442079460105' })).error.code).toBe('request-invalid');
  });

  test('is certified: what was done, and what remains until when', async () => {
    await found('+442079460108');
    const { certificate } = await erase(['+442079460108']);
    expect(certificate.seal).toMatch(/^[0-9a-f]{64}$/);
    const remains = JSON.stringify(certificate.remains);
    for (const what of ['vacuum', "Postgres' log up to", 'backups', 'exports', 'keyed hash'])
      expect(remains).toContain(what);
    expect(JSON.stringify(certificate)).not.toContain('7946');
  });

  test('waits for a commit that is under way, and one that comes later waits for it', async () => {
    const campaign = await found('+442079460109');
    const { promise: taken, resolve: take } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const held = operated.owner.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock_shared(hashtext('numfleet.findings'))`);
      take();
      await released;
    });
    await taken;
    let isErased = false;
    const erasing = erase(['+442079460109']).then(() => {
      isErased = true;
    });
    await expect
      .poll(
        async () =>
          (
            await operated.owner.query(`select from pg_locks where locktype = 'advisory' and not granted
             and database = (select oid from pg_database where datname = current_database())`)
          ).count,
      )
      .toBe(1);
    expect([isErased, await countOf(campaign)]).toEqual([false, { numbers: 1, sightings: 1 }]);
    release();
    await Promise.all([held, erasing]);
    expect(await countOf(campaign)).toEqual({ numbers: 0, sightings: 0 });
  });
});

test('an opt-out list keeps numbers from being stored; what is stored already stays until it is erased', async () => {
  const before = await found('+442079460110');
  const list = ['+442079460110', '020 7946 0111', '+442079460111', 'x'];
  expect(await post('/suppressions', { numbers: list, region: 'GB' })).toEqual({ added: 2, known: 0, malformed: [3] });
  expect(await post('/suppressions', { numbers: list, region: 'GB' })).toEqual({ added: 0, known: 2, malformed: [3] });
  const after = await found('+442079460110', '+442079460111', '+442079460112');
  expect([await countOf(before), await countOf(after)]).toEqual([
    { numbers: 1, sightings: 1 },
    { numbers: 1, sightings: 1 },
  ]);
});

describe("G55: a number's trace", () => {
  test('tells its campaigns, pages, times, workers, keys, exports, reveals and traces, with the number masked', async () => {
    const campaign = await found('+442079460120');
    const elsewhere = await found('+442079460121');
    for (const id of [campaign, elsewhere]) {
      await operated.ask('GET', `/api/v1/campaigns/${id}/numbers?format=csv`);
      await operated.ask('POST', `/api/v1/campaigns/${id}/numbers/reveal`, { purpose: 'calling back' });
    }
    await operated.owner.query(
      `insert into bound_keys values ('number-storage', '00aa11bb22cc33dd', now()) on conflict do nothing`,
    );
    await trace('+442079460120', { purpose: 'the first look' });
    const answer = await operated.ask('POST', '/api/v1/numbers/trace', {
      number: '020 7946 0120',
      region: 'GB',
      purpose: 'a request',
    });
    expect(answer.text).not.toContain('79460120');
    const traced = answer.json();
    expect(traced).toMatchObject({
      number: '+44•••••••20',
      suppressed: null,
      campaigns: [{ campaign, purpose: 'test', region: 'GB', type: 'fixed_line', hasExtension: false }],
      sightings: [
        { campaign, url: expect.stringMatching(/^http:\/\/site-\d+\.test\/$/), worker: 'test', source: 'text' },
      ],
      sightingsTotal: 1,
      keys: { 'number-storage': '00aa11bb22cc33dd' },
    });
    expect(traced.events).toMatchObject([
      { action: 'numbers.exported', campaign },
      { action: 'numbers.exported.ended', campaign, details: { numbers: 1, sha256: expect.any(String) } },
      { action: 'numbers.revealed', campaign, details: { purpose: 'calling back' } },
      { action: 'numbers.revealed.ended', campaign },
      { action: 'number.traced', campaign: null, details: { purpose: 'the first look', campaigns: 1, sightings: 1 } },
    ]);
  });

  test('of one that was erased tells that, by whom and why, and nothing of where it was', async () => {
    await found('+442079460122');
    await erase(['+442079460122']);
    expect(await trace('+442079460122')).toMatchObject({
      suppressed: { reason: 'erased', since: expect.any(String) },
      campaigns: [],
      sightings: [],
      events: [
        { actor: 'operator', action: 'number.erased', details: { reason: 'asked for', numbers: 1, sightings: 1 } },
      ],
    });
  });

  test('takes a purpose, and one number', async () => {
    expect((await trace('+442079460122', { purpose: '' })).error.code).toBe('purpose-missing');
    expect((await trace('020 7946 0122')).error.code).toBe('number-malformed');
  });
});

test('I3: no number that was erased, suppressed or traced is in the audit or in an event', async () => {
  const { rows } = await operated.owner.query(
    'select audit_events::text as text, suppressions::text from audit_events, suppressions',
  );
  const said = JSON.stringify(rows) + JSON.stringify(operated.events);
  expect(rows.length).toBeGreaterThan(0);
  expect(said).not.toMatch(/794601\d\d|42685399/);
});

test('a trace is drawn where that is asked for, with the number masked', async () => {
  await found('+442079460301');
  expect(await trace('+442079460301')).toMatchObject({ picture: null });
  const { picture } = await trace('+442079460301', { picture: true });
  expect(picture).toMatch(/^<svg .*<circle .*number\.traced.*<\/svg>\n$/s);
  expect(picture).not.toContain('79460301');
});

test('shredding a campaign takes its numbers away and nothing of another, ends it, and is certified and audited', async () => {
  const doomed = await found('+442079460201', '+442079460202');
  const other = await found('+442079460201');
  const certificate = await post(`/campaigns/${doomed}/shred`, { reason: 'the contract ended' });
  expect(certificate).toMatchObject({ kind: 'shredding', campaign: doomed, actor: 'operator', hadKey: true });
  expect(certificate.erased).toEqual({ numbers: 2, sightings: 2 });
  expect([await countOf(doomed), await countOf(other)]).toEqual([
    { numbers: 0, sightings: 0 },
    { numbers: 1, sightings: 1 },
  ]);
  const { rows } = await operated.owner.query<{ details: object }>(
    "select details from audit_events where action = 'campaign.shredded' and campaign_id = $1",
    [doomed],
  );
  expect(rows).toEqual([{ details: { reason: 'the contract ended', hadKey: true } }]);
  expect(await post('/campaigns/999/shred', { reason: 'x' })).toMatchObject({ error: { code: 'campaign-unknown' } });
});
