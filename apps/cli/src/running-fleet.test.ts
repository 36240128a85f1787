import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type FleetUnderTest, startFleetUnderTest, until } from '@numfleet/e2e';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNumfleet, type Numfleet, refusal } from './testing/numfleet.ts';

let fleet: FleetUnderTest;
let numfleet: Numfleet;
/** A campaign of two pages and five numbers that has finished its first round. */
let campaign: string;
beforeAll(async () => {
  fleet = await startFleetUnderTest();
  numfleet = await createNumfleet({ home: fleet.home, env: { NUMFLEET_EGRESS_HOSTS: fleet.sites.egressHosts } });
  const run = await numfleet.run([...crawl('http://harbour-bakery.test/'), '--every', '7d', '--wait', '--json']);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  campaign = JSON.parse(run.stdout).campaign;
});
afterAll(async () => await fleet[Symbol.asyncDispose]());

const crawl = (url: string) => ['crawl', url, '--purpose', 'a test', '--delay', '0'];
const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
const done = (stdout: unknown) => ({ exitCode: 0, stdout, stderr: '' });

const shownPlain = ['+442079460101', '+442079460102', '+442079460103', '+442079460104', '+441134960001'];

test('a second fleet on the same home is refused, and told where the first one is', async () => {
  const { exitCode, stdout, stderr } = await numfleet.run(['up']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(linesOf(stderr).at(-1)).toMatch(/^numfleet: error \[fleet-running\] /);
  expect(stderr).toContain(fleet.api.url);
});

test('keys are not exchanged under a fleet that runs', async () => {
  expect(await numfleet.run(['keys', 'rotate'])).toEqual(refusal('fleet-running', 1));
});

describe('a campaign that is unknown is said by every command that takes one', () => {
  test.each([
    ['status', ['status', '999']],
    ['status of what is no id', ['status', '../999']],
    ['numbers', ['numbers', 'shop']],
    ['enqueue', ['enqueue', '999', 'http://shop.test/']],
    ['pause', ['pause', '999']],
    ['resume', ['resume', '999']],
    ['cancel', ['cancel', '999']],
    ['retry', ['retry', '999']],
    ['limit', ['limit', '999', '--depth', '1']],
  ])('%s', async (_name, args) => {
    expect(await numfleet.run(args)).toEqual(refusal('campaign-unknown', 1));
  });
});

test('I11: a public host without NUMFLEET_CONTACT is refused, as seed and as URL to enqueue', async () => {
  expect(await numfleet.run(crawl('http://example.com/'))).toEqual(refusal('contact-missing', 2));
  expect(await numfleet.run(['enqueue', campaign, 'http://example.com/'])).toEqual(refusal('contact-missing', 2));
});

test('enqueue takes URLs from arguments, a file and standard input, and counts what became of them', async () => {
  const started = await numfleet.run([...crawl('http://fjallkafe.test/'), '--json']);
  const id = JSON.parse(started.stdout).campaign;
  expect(started).toEqual(done(`${JSON.stringify({ campaign: id, added: 1, known: 0, excluded: 0 })}\n`));
  const file = join(fleet.home, 'urls.txt');
  await writeFile(file, '# shops\nhttp://outback-tours.test/\n\n');
  const input = 'http://fjallkafe.test/\r\nhttp://maple-dental.test/locations';
  const args = ['enqueue', id, 'http://maple-dental.test/', '-', '--file', file, '--json'];
  const report = { campaign: id, added: 3, known: 1, excluded: 0 };
  expect(await numfleet.run(args, { input })).toEqual(done(`${JSON.stringify(report)}\n`));
  await until('the campaign to end', 30_000, async () => (await fleet.api.status(id)).state === 'finished');
  const status = JSON.parse((await numfleet.run(['status', id, '--json'])).stdout);
  expect(status).toMatchObject({ state: 'finished', pages: { queued: 0, leased: 0, done: 4, failed: 0, excluded: 0 } });
});

test('a campaign is paused, resumed and cancelled; what is over cannot be', async () => {
  const options = ['--delay', '60000', '--json'];
  const started = await numfleet.run(['crawl', 'http://maple-dental.test/', '--purpose', 'a test', ...options]);
  const id = JSON.parse(started.stdout).campaign;
  for (const [verb, state] of Object.entries({ pause: 'paused', resume: 'active', cancel: 'cancelled' })) {
    const { exitCode, stdout } = await numfleet.run([verb, id, '--json']);
    expect({ exitCode, status: JSON.parse(stdout) }).toMatchObject({ exitCode: 0, status: { campaign: id, state } });
  }
  expect(await numfleet.run(['resume', id])).toEqual(refusal('campaign-state', 1));
  expect(await numfleet.run(['limit', id, '--depth', '1'])).toEqual(refusal('campaign-state', 1));
});

test('the limits of a campaign are changed while it runs', async () => {
  const seeds = ['http://maple-dental.test/', 'http://maple-dental.test/locations'];
  const options = ['--depth', '0', '--delay', '3600000', '--json'];
  const started = await numfleet.run(['crawl', ...seeds, '--purpose', 'a test', ...options]);
  const id = JSON.parse(started.stdout).campaign;
  const { exitCode, stdout } = await numfleet.run([
    'limit',
    id,
    '--delay',
    '0',
    '--domain-concurrency',
    'none',
    '--json',
  ]);
  expect({ exitCode, status: JSON.parse(stdout) }).toMatchObject({ exitCode: 0, status: { campaign: id } });
  await until('the campaign to end', 30_000, async () => (await fleet.api.status(id)).state === 'finished');
});

describe('numbers', () => {
  test('are masked in every format', async () => {
    const jsonl = await numfleet.run(['numbers', campaign, '--format', 'jsonl']);
    const views = linesOf(jsonl.stdout).map((line) => JSON.parse(line));
    expect(views).toHaveLength(5);
    for (const view of views) {
      expect(view).toMatchObject({ number: expect.stringMatching(/^\+44•+\d\d$/), region: 'GB', type: 'fixed_line' });
      const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
      expect(view).toMatchObject({ firstSeen: at, lastSeen: at, sightings: [{ at, source: 'text' }] });
      expect(view.sightings[0].url).toMatch(/^http:\/\/harbour-bakery\.test\//);
    }
    const csv = await numfleet.run(['numbers', campaign, '--format', 'csv']);
    expect(csv.stdout.split('\r\n')).toHaveLength(7);
    expect(csv.stdout).toMatch(/^number,region,type,firstSeen,lastSeen,url,at,source,.*\r\n\+44•+\d\d,GB,/);
    const table = await numfleet.run(['numbers', campaign]);
    expect(table.stdout).toContain('http://harbour-bakery.test/contact');
    for (const { exitCode, stdout, stderr } of [jsonl, csv, table]) {
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).not.toMatch(/\d{4}/.source.repeat(2));
      for (const number of shownPlain) expect(stdout).not.toContain(number);
    }
  });

  test('are revealed for a purpose, and the audit says so, with the digest of what was written', async () => {
    const args = ['numbers', campaign, '--format', 'jsonl', '--reveal', '--purpose', 'calling them back'];
    const { exitCode, stdout, stderr } = await numfleet.run(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const numbers = linesOf(stdout).map((line) => JSON.parse(line).number);
    expect(numbers.sort()).toEqual([...shownPlain].sort());
    await using database = await connect(fleet.home, 'numfleet');
    const audited = await database.query(
      `select action, details from audit_events where campaign_id = $1 and action like 'numbers.revealed%' order by id`,
      [campaign],
    );
    const details = { purpose: 'calling them back', format: 'jsonl' };
    const sha256 = createHash('sha256').update(stdout).digest('hex');
    expect(audited).toMatchObject([
      { action: 'numbers.revealed', details },
      { action: 'numbers.revealed.ended', details: { ...details, numbers: 5, complete: true, sha256 } },
    ]);
    expect(audited).toHaveLength(2);
  });
});

test('page tells why a URL was fetched, or that no campaign met it; - reads it from standard input', async () => {
  const url = 'http://harbour-bakery.test/contact';
  const found = { campaign, url, state: 'done', code: null, depth: 1, foundOn: 'http://harbour-bakery.test/' };
  const byInput = await numfleet.run(['page', '-', '--json'], { input: `${url}\n` });
  const told = JSON.parse(byInput.stdout);
  expect(told).toMatchObject({ ...found, httpStatus: 200, findings: 3, changed: null });
  const days = (Date.parse(told.nextVisitAt) - Date.parse(told.lastFetchedAt)) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThanOrEqual(7);
  expect(await numfleet.run(['page', url])).toEqual(
    done(expect.stringMatching(/^campaign +\d+\n(.*\n)*state +done\n/)),
  );
  expect(await numfleet.run(['page', 'http://harbour-bakery.test/nowhere'])).toEqual(refusal('page-unknown', 1));
  expect(await numfleet.run(['page', 'nowhere'])).toEqual(refusal('url-malformed', 2));
});

test('status shows people the processes of the fleet, crawlers without a database among them', async () => {
  await until('every process to have reported itself', 30_000, async () => {
    const { stdout } = await numfleet.run(['status']);
    const processes = ['console', 'crawler-1', 'crawler-2', 'scheduler', 'sink'];
    return processes.every((name) => new RegExp(`^│ ${name} +│ +\\d+ (s|min) │`, 'm').test(stdout));
  });
  const { workers } = JSON.parse((await fleet.api.get('/api/v1/fleet')).text);
  const crawlers = workers.filter(({ app }: { app: string }) => app === 'crawler');
  expect(crawlers).toHaveLength(2);
  for (const crawler of crawlers) expect(crawler).toMatchObject({ capacity: 8, browsers: expect.any(Number) });
});

test('status --watch goes on until Ctrl-C, which is how it is to end', async () => {
  const running = numfleet.start(['status', campaign, '--watch', '--json']);
  let seen = '';
  running.stdout.on('data', (chunk) => {
    seen += chunk;
    if (linesOf(seen).length === 2) running.kill('SIGINT');
  });
  expect(await running).toMatchObject({ exitCode: 0, stderr: '' });
  expect(linesOf(seen).map((line) => JSON.parse(line))).toMatchObject([{ campaign }, { campaign }]);
});

test('a reader that goes away is no error', async () => {
  const running = numfleet.start(['numbers', campaign, '--format', 'jsonl']);
  running.stdout.destroy();
  expect((await running).exitCode).toBe(0);
});

describe('G55: a number of which its owner asks', () => {
  test('is traced, erased with a certificate, and stays away when its page is crawled again', async () => {
    const input = '020 7946 0104\n';
    const asked = ['--region', 'GB', '--json'];
    const trace = async () => {
      const run = await numfleet.run(['audit', 'trace', '--purpose', 'a request', ...asked], { input });
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      return JSON.parse(run.stdout);
    };
    const before = await trace();
    expect(before).toMatchObject({ number: '+44•••••••04', suppressed: null, campaigns: [{ campaign }] });
    expect(before.sightings[0]).toMatchObject({ worker: expect.stringMatching(/^crawler-\d$/) });

    const erased = await numfleet.run(['erase', '--reason', 'the person asked', ...asked], { input });
    expect(erased).toMatchObject({ exitCode: 0, stderr: '' });
    const certificate = JSON.parse(erased.stdout);
    expect(certificate).toMatchObject({
      reason: 'the person asked',
      erased: { subjects: 1, numbers: 1, sightings: 1 },
    });

    const again = await numfleet.run([...crawl('http://harbour-bakery.test/'), '--wait', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ numbers: 4, sightings: 4 });
    expect(await trace()).toMatchObject({
      suppressed: { reason: 'erased' },
      campaigns: [],
      events: [{ action: 'number.traced' }, { action: 'number.erased' }],
    });
  });

  test('lists are read from files; lines that are no numbers are told by where they stand, and by nothing else', async () => {
    const file = join(fleet.home, 'opted-out.txt');
    await writeFile(file, '# opted out\n+442079460999\n\n020 7946 0998\n+44 20 7946 0997\n');
    const { exitCode, stdout, stderr } = await numfleet.run(['suppress', '--file', file, '--json']);
    expect({ exitCode, counts: JSON.parse(stdout) }).toEqual({
      exitCode: 3,
      counts: { added: 2, known: 0, malformed: 1 },
    });
    expect(stderr).toBe('line 4: not one phone number; passed over\n');
    expect(await numfleet.run(['suppress'], { input: '# none\n' })).toEqual(refusal('usage', 2));
    expect(await numfleet.run(['erase'], { input: '+442079460999' })).toEqual(refusal('purpose-missing', 2));
    expect(await numfleet.run(['audit', 'trace', '--purpose', 'test'], { input: 'x' })).toEqual(
      refusal('number-malformed', 2),
    );
  });

  test('a token of a role opens the API as far as that role goes, until it is revoked', async () => {
    const created = await numfleet.run(['token', 'create', 'analyst', '--role', 'viewer']);
    expect(created.exitCode).toBe(0);
    const authorization = `Bearer ${created.stdout.trim()}`;
    const status = async (path: string, method = 'GET') =>
      (await fetch(`${fleet.api.url}/api/v1${path}`, { method, headers: { authorization } })).status;
    expect([await status('/campaigns'), await status('/campaigns/1/pause', 'POST')]).toEqual([200, 403]);
    expect((await numfleet.run(['token', 'list'])).stdout).toMatch(/analyst .*viewer .*in-force/);
    expect(await numfleet.run(['token', 'revoke', 'analyst'])).toMatchObject({ exitCode: 0 });
    expect(await status('/campaigns')).toBe(401);
    expect(await numfleet.run(['token', 'create', 'analyst', '--role', 'owner'])).toEqual(refusal('usage', 2));
  });

  test('the audit of all that is whole, as the running fleet sealed it', async () => {
    const { exitCode, stdout } = await numfleet.run(['audit', 'verify', '--json']);
    expect({ exitCode, verdict: JSON.parse(stdout) }).toMatchObject({ exitCode: 0, verdict: { ok: true, faults: [] } });
    const forged = join(fleet.home, 'forged.jsonl');
    await writeFile(forged, `{"v":1,"at":"x","seq":1,"mac":"${'ab'.repeat(32)}"}\n`);
    const broken = await numfleet.run(['audit', 'verify', '--anchors', forged]);
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toMatch(/^numfleet: error \[audit-broken\] .*event 1, place 1/);
    expect(broken.stdout).toContain('replaced');
  });
});
