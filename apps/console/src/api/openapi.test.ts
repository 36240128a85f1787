import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

let operated: TestConsole;
let document: ReturnType<typeof JSON.parse>;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
  document = (await operated.ask('GET', '/api/v1/openapi.json')).json();
});

afterAll(() => operated[Symbol.asyncDispose]());

const operations = () =>
  Object.entries<Record<string, object>>(document.paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => ({ verb: verb.toUpperCase() as 'GET' | 'POST', path })),
  );

test('openapi.json is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  const broken = structuredClone(document);
  broken.paths['/api/v1/fleet'].get.responses = 'none';
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

test('openapi.json lists every route with its schemas, under names of their own', () => {
  expect(operations().map(({ verb, path }) => `${verb} ${path.replace('/api/v1', '')}`)).toEqual([
    'GET /session',
    'POST /session/end',
    'GET /fleet',
    'POST /campaigns',
    'GET /campaigns',
    'GET /campaigns/{campaign}',
    'POST /campaigns/{campaign}/urls',
    'POST /campaigns/{campaign}/limits',
    'POST /campaigns/{campaign}/pause',
    'POST /campaigns/{campaign}/resume',
    'POST /campaigns/{campaign}/cancel',
    'POST /campaigns/{campaign}/retry',
    'POST /pages/find',
    'GET /campaigns/{campaign}/numbers',
    'POST /campaigns/{campaign}/numbers/reveal',
    'POST /numbers/trace',
    'POST /numbers/erase',
    'POST /suppressions',
    'POST /campaigns/{campaign}/shred',
    'GET /tokens',
    'POST /tokens',
    'POST /tokens/revoke',
  ]);
  const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((verbs) =>
    Object.values(verbs).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(operations().length);
  const create = document.paths['/api/v1/campaigns'].post;
  const schema = create.requestBody.content['application/json'].schema;
  expect(schema.required).toEqual(['purpose', 'seeds']);
  expect(schema.properties.scope.enum).toEqual(['host', 'domain', 'any']);
  expect(Object.keys(create.responses['201'].content['application/json'].schema.properties)).toContain('excluded');
});

test('every operation that it lists is there, refuses what it does not list, and asks for the token', async () => {
  for (const { verb, path } of operations()) {
    const url = path.replace('{campaign}', '1');
    const unknown = await operated.ask(verb, `${url}?unlisted=1`);
    expect([path, unknown.status, unknown.json().error.code]).toEqual([path, 400, 'request-invalid']);
    expect([path, (await operated.ask(verb, url, undefined, {})).status]).toEqual([path, 401]);
    const other = await operated.app.inject({
      method: 'DELETE',
      url,
      headers: { authorization: `Bearer ${operated.token}` },
    });
    expect([path, other.statusCode, other.json().error.code]).toEqual([path, 405, 'method-unsupported']);
    expect(other.headers.allow).toContain(verb);
  }
});
