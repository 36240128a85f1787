import { createHash } from 'node:crypto';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

let operated: TestConsole;
let campaign: string;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
  campaign = await operated.campaign(['http://a.test/', 'http://a.test/x,y']);
  await operated.crawl([createPhoneNumber('+442079460958'), createPhoneNumber('+33142685300')]);
});

afterAll(() => operated[Symbol.asyncDispose]());

const exported = (query: string, accept = '*/*') =>
  operated.ask('GET', `/api/v1/campaigns/${campaign}/numbers${query}`, undefined, {
    authorization: `Bearer ${operated.token}`,
    accept,
  });

const revealed = (query: string) =>
  operated.ask('POST', `/api/v1/campaigns/${campaign}/numbers/reveal${query}`, { purpose: 'call back' });

const lastAudits = async () => {
  const { rows } = await operated.owner.query<{ action: string; details: Record<string, unknown> }>(
    'select action, details from audit_events where campaign_id = $1 order by id desc limit 2',
    [campaign],
  );
  return rows.reverse();
};

test('CSV has a row a sighting, in UTF-8, with its name and its head', async () => {
  const { text, headers } = await exported('?format=csv');
  expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
  expect(headers['content-disposition']).toBe(`attachment; filename="campaign-${campaign}-numbers.csv"`);
  const [head, ...rows] = text.split('\r\n');
  expect(head).toBe('number,region,type,firstSeen,lastSeen,url,at,source,label,confidence,sightingsTotal');
  expect(rows.pop()).toBe('');
  expect(rows).toHaveLength(4);
  const at = '2026-11-23T10:00:00.000Z';
  expect(rows).toContain(`+44•••••••58,GB,fixed_line,${at},${at},"http://a.test/x,y",${at},text,,0.9,2`);
});

test('the form is the one that the query asks for, or else Accept; JSON lines are what is meant by neither', async () => {
  const typeOf = async (query: string, accept?: string) =>
    String((await exported(query, accept)).headers['content-type']).split(';')[0];
  expect(await typeOf('', 'text/csv')).toBe('text/csv');
  expect(await typeOf('', 'application/x-ndjson;q=0.5, text/csv')).toBe('text/csv');
  expect(await typeOf('', 'text/csv;q=0.5, application/x-ndjson')).toBe('application/x-ndjson');
  expect(await typeOf('', 'text/html')).toBe('application/x-ndjson');
  expect(await typeOf('?format=jsonl', 'text/csv')).toBe('application/x-ndjson');
});

test.each([
  ['csv', 'numbers.exported', () => exported('?format=csv'), {}],
  ['jsonl', 'numbers.exported', () => exported(''), {}],
  ['csv', 'numbers.revealed', () => revealed('?format=csv'), { purpose: 'call back' }],
  ['jsonl', 'numbers.revealed', () => revealed(''), { purpose: 'call back' }],
] as const)(
  'G55: an export is audited as it begins and as it ends, with the digest of its bytes: %s, %s',
  async (...row) => {
    const [format, action, ask, purpose] = row;
    const bytes = Buffer.from((await ask()).text);
    const left = { numbers: 2, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    expect(await lastAudits()).toEqual([
      { action, details: { ...purpose, format } },
      { action: `${action}.ended`, details: { ...purpose, format, ...left, complete: true } },
    ]);
  },
);

test('I3: an export is masked unless it is revealed', async () => {
  expect((await exported('?format=csv')).text).not.toMatch(/2079460|142685/);
  expect((await revealed('?format=csv')).text).toContain('+442079460958,GB');
});
