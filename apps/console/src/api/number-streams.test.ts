import { setTimeout as delay } from 'node:timers/promises';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { closeServer } from '../http/listen.ts';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

const count = 2_000;

let operated: TestConsole;
let campaign: string;
let origin: string;

// Long URLs make about 16 MB of it: more than the buffers between two sockets hold.
beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
  campaign = await operated.campaign([1, 2, 3, 4].map((n) => `http://many.test/${n}${'x'.repeat(1_900)}`));
  await operated.crawl(
    Array.from({ length: count }, (_, n) => createPhoneNumber(`+4420794${String(n).padStart(5, '0')}`)),
  );
  origin = await operated.app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => operated[Symbol.asyncDispose]());

const ask = (path: string, options: RequestInit = {}) =>
  fetch(`${origin}/api/v1/campaigns/${campaign}/numbers${path}`, {
    ...options,
    headers: { authorization: `Bearer ${operated.token}`, 'content-type': 'application/json' },
  });

const reveal = (purpose: string) => ({ method: 'POST', body: JSON.stringify({ purpose }) });

const lastAudit = async () => {
  const { rows } = await operated.owner.query<{ action: string; details: { numbers?: number } }>(
    'select action, details from audit_events where campaign_id = $1 order by id desc limit 1',
    [campaign],
  );
  return rows[0];
};

describe('the streams of numbers, over a socket', () => {
  test('give every number once', async () => {
    const revealed = await (await ask('/reveal', reveal('counting'))).text();
    const numbers = revealed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).number);
    expect([numbers.length, new Set(numbers).size]).toEqual([count, count]);
  });

  test('I11, I8: a reveal is in the audit before its first byte, waits for its reader, and ends in the audit', async () => {
    const reading = new AbortController();
    const response = await ask('/reveal', { ...reveal('interrupted'), signal: reading.signal });
    const begun = { action: 'numbers.revealed', details: { purpose: 'interrupted', format: 'jsonl' } };
    expect(await lastAudit()).toMatchObject(begun);
    await response.body?.getReader().read();
    await delay(500);
    expect(await lastAudit()).toMatchObject(begun);
    const before = operated.events.length;
    reading.abort();
    const ended = { purpose: 'interrupted', complete: false, numbers: expect.any(Number) };
    await expect.poll(lastAudit).toMatchObject({ action: 'numbers.revealed.ended', details: ended });
    expect((await lastAudit())?.details.numbers).toBeLessThan(count);
    const route = '/api/v1/campaigns/:campaign/numbers/reveal';
    expect(operated.events.slice(before)).toEqual([{ type: 'request.abandoned', route }]);
  });

  test('break off, and do not end early in silence, when they fail in the middle', async () => {
    await operated.owner.query(
      `update numbers set ciphertext = sha256(ciphertext) || sha256(blind_index) where campaign_id = $1
         and blind_index = (select blind_index from numbers where campaign_id = $1 order by blind_index desc limit 1)`,
      [campaign],
    );
    const response = await ask('');
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(operated.events.at(-1)).toMatchObject({ type: 'request.failed', code: 'key-wrong' });
  });

  test('I6: a reader that does not read holds up the end of the console no longer than it may', async () => {
    const response = await ask('');
    const from = performance.now();
    await closeServer(operated.app, AbortSignal.timeout(300));
    expect(performance.now() - from).toBeGreaterThan(250);
    await expect(response.text()).rejects.toThrow();
  });
});
