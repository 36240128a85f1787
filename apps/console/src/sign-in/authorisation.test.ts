import { type Role, roles } from '@numfleet/contracts';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';
import { createAuth } from './auth.ts';
import { authorisation } from './authorisation.ts';
import { guardRequests } from './guard-requests.ts';

let operated: TestConsole;
let campaign: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
  campaign = await operated.campaign(['http://a.test/']);
  for (const role of roles) tokens[role] = await give({ name: role, role });
});

afterAll(() => operated[Symbol.asyncDispose]());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function give(request: object): Promise<string> {
  const answer = await operated.ask('POST', '/api/v1/tokens', request);
  expect(answer.status).toBe(201);
  return answer.json().token;
}

/** Every address of the table, but those that the board has and refuses itself. */
const addresses = Object.entries(authorisation)
  .map(([address, access]) => ({ address, access }))
  .filter(({ address }) => !/^(POST|PUT|PATCH) \/queues/.test(address));

function asked(address: string, token: string, id = campaign) {
  const [method = '', path = ''] = address.split(' ');
  const url = path.replace(':campaign', id).replace('/*', '/index.js').replace('*', '/api/queues');
  return operated.ask(method as 'GET', url, method === 'GET' ? undefined : {}, bearer(token));
}

describe('the table of who may do what', () => {
  test.each(addresses)('$address', async ({ address, access }) => {
    for (const role of roles) {
      const { status } = await asked(address, tokens[role] ?? '');
      const may = access.role === 'anyone' || roles.indexOf(role) >= roles.indexOf(access.role);
      expect({ role, refused: status === 403 }).toEqual({ role, refused: !may });
    }
    const stranger = (await asked(address, 'none')).status;
    expect([401, 303].includes(stranger)).toBe(access.role !== 'anyone' && address !== 'POST /login');
  });

  test('names no address that is not there', () => {
    for (const { address } of addresses.filter(({ address: one }) => !one.includes('*'))) {
      const [method = '', url = ''] = address.split(' ');
      expect({ address, isThere: operated.app.hasRoute({ method: method as 'GET', url }) }).toEqual({
        address,
        isThere: true,
      });
    }
  });

  test('has to name every address: one without an entry does not start', () => {
    const app = fastify();
    const auth = createAuth({ token: 'x'.repeat(40), findToken: async () => null, now: () => new Date() });
    guardRequests(app, { auth, reachedBy: () => null });
    expect(() => app.get('/api/v1/fleet', async () => ({}))).not.toThrow();
    expect(() => app.get('/api/v1/secrets', async () => ({}))).toThrow('no entry for GET /api/v1/secrets');
    expect(() => app.delete('/api/v1/fleet', async () => ({}))).toThrow('no entry for DELETE /api/v1/fleet');
  });

  test('gives the least role to whom nothing else is said', () => {
    const least = (role: Role) => addresses.filter(({ access }) => access.role === role).map(({ address }) => address);
    for (const verb of ['reveal', 'trace', 'erase', 'tokens', 'suppressions']) {
      for (const role of ['viewer', 'operator'] as const) {
        expect(least(role).filter((address) => address.includes(verb))).toEqual([]);
      }
    }
  });
});

describe('a token', () => {
  const listed = async (name: string) => {
    const { tokens: all } = (await operated.ask('GET', '/api/v1/tokens')).json();
    return all.find((one: { name: string }) => one.name === name);
  };
  const fleet = (token: string) => operated.ask('GET', '/api/v1/fleet', undefined, bearer(token));

  test('is kept as a hash, and named by the audit in what it does', async () => {
    const token = await give({ name: 'night-shift', role: 'operator' });
    expect(token).toMatch(/^numfleet_[\w-]{43}$/);
    await operated.ask(
      'POST',
      `/api/v1/campaigns/${await operated.campaign(['http://c.test/'])}/pause`,
      {},
      bearer(token),
    );
    const { rows } = await operated.owner.query<{ actor: string }>(
      `select actor from audit_events where action = 'campaign.paused' order by id desc limit 1`,
    );
    expect(rows).toEqual([{ actor: 'token:night-shift' }]);
    const all = await operated.owner.query('select api_tokens::text, audit_events::text from api_tokens, audit_events');
    expect(JSON.stringify(all.rows)).not.toContain(token.slice(9, 30));
    expect(await listed('night-shift')).toMatchObject({ role: 'operator', campaigns: null, state: 'in-force' });
  });

  test('ends when it is revoked, at once, and its sessions with it; its name is free again', async () => {
    const token = await give({ name: 'leaver', role: 'viewer' });
    const answer = await operated.ask('GET', `/login?token=${token}`, undefined, {});
    const session = { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
    const page = () => operated.ask('GET', '/api/v1/fleet', undefined, session);
    expect([(await fleet(token)).status, (await page()).status]).toEqual([200, 200]);
    expect((await operated.ask('POST', '/api/v1/tokens', { name: 'leaver', role: 'viewer' })).status).toBe(400);
    expect((await operated.ask('POST', '/api/v1/tokens/revoke', { name: 'leaver' })).json()).toEqual({ revoked: true });
    expect([(await fleet(token)).status, (await page()).status]).toEqual([401, 401]);
    expect((await operated.ask('POST', '/api/v1/tokens/revoke', { name: 'leaver' })).json().error.code).toBe(
      'token-unknown',
    );
    expect(await listed('leaver')).toMatchObject({ state: 'revoked' });
    await give({ name: 'leaver', role: 'viewer' });
  });

  test('ends by itself', async () => {
    const token = await give({ name: 'short', role: 'viewer', days: 1 });
    operated.pass(86_399_000);
    expect((await fleet(token)).status).toBe(200);
    operated.pass(1_000);
    expect((await fleet(token)).status).toBe(401);
    expect(await listed('short')).toMatchObject({ state: 'expired' });
    await give({ name: 'short', role: 'viewer', days: 1 });
  });

  test('for some campaigns touches those and nothing of all', async () => {
    const other = await operated.campaign(['http://b.test/']);
    const token = await give({ name: 'partner', role: 'controller', campaigns: [campaign] });
    const status = async (address: string, id: string) => (await asked(address, token, id)).status;
    expect(await status('GET /api/v1/campaigns/:campaign', campaign)).toBe(200);
    expect(await status('GET /api/v1/campaigns/:campaign', other)).toBe(403);
    expect(await status('GET /api/v1/campaigns/:campaign/numbers', campaign)).toBe(200);
    for (const { address, access } of addresses.filter(({ address: one }) => !one.includes(':campaign'))) {
      expect({ address, refused: (await status(address, campaign)) === 403 }).toEqual({
        address,
        refused: access.role !== 'anyone' && !access.scoped,
      });
    }
  });

  test('signs a browser in with its role, and gives the session no more', async () => {
    const viewer = await operated.ask('GET', `/login?token=${tokens.viewer}`, undefined, {});
    const cookie = String(viewer.headers['set-cookie']).split(';')[0] ?? '';
    const { csrfToken, role } = (await operated.ask('GET', '/api/v1/session', undefined, { cookie })).json();
    expect(role).toBe('viewer');
    const host = 'localhost:7300';
    const own = { cookie, host, origin: `http://${host}`, 'x-csrf-token': csrfToken };
    const pause = await operated.ask('POST', `/api/v1/campaigns/${campaign}/pause`, {}, own);
    expect([pause.status, pause.json().error.code]).toEqual([403, 'forbidden']);
  });
});

test('G55: unusual reveals are told; beyond a limit they are refused, for the one token, until the hour is over', async () => {
  operated.events.length = 0;
  const reveal = async (token: string) =>
    (await operated.ask('POST', `/api/v1/campaigns/${campaign}/numbers/reveal`, { purpose: 'test' }, bearer(token)))
      .status;
  const token = await give({ name: 'curious', role: 'controller' });
  const told = () => operated.events.flatMap((event) => (event.type === 'reveals.unusual' ? [event.refused] : []));
  for (let time = 0; time < 10; time += 1) expect(await reveal(token)).toBe(200);
  expect(told()).toEqual([]);
  for (let time = 10; time < 60; time += 1) expect(await reveal(token)).toBe(200);
  expect(told()).toEqual(Array(50).fill(false));
  expect([await reveal(token), await reveal(operated.token)]).toEqual([429, 200]);
  expect(told().at(-1)).toBe(true);
  operated.pass(3_600_000);
  expect(await reveal(token)).toBe(200);
});
