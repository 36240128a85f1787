import { apiError, csrfHeader } from '@numfleet/contracts';
import { z } from 'zod';
import { accessOf } from '../sign-in/authorisation.ts';
import { type ApiRoute, addressOf, apiPrefix } from './route.ts';

/** The OpenAPI 3.1 document of the routes, made from the very schemas that check them. */
export function openApiDocument(routes: readonly ApiRoute[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = apiPrefix + route.path;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Numfleet', version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: tokenDescription },
        session: { type: 'apiKey', in: 'cookie', name: 'numfleet_session', description: sessionDescription },
      },
      schemas: { Error: schemaOf(apiError, 'output') },
      responses: {
        Error: {
          description: 'What went wrong, by a stable code.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
    security: [{ token: [] }],
  };
}

const description =
  'Campaigns, pages and numbers of a fleet. A body is JSON of up to 10 MiB, which may be packed (gzip, deflate, br, zstd); ' +
  'whatever is wrong with a request is answered as `{"error": {"code", "message"}}`.';

const tokenDescription = 'The token of the fleet, which may do everything, or one that it gave out, of a role.';

const sessionDescription =
  'A signed-in browser reads, and changes what says so. Its cookie has the prefix `__Host-` where the console is reached ' +
  `by https; what is not a GET also needs the header \`${csrfHeader}\` and must come from a page of the console.`;

function operationOf({ method, path, summary, query, body, answer }: ApiRoute): Record<string, unknown> {
  const access = accessOf(method, addressOf(path));
  const forSessions = access?.session === true;
  const forOne = 'application/json' in answer.content;
  return {
    operationId: operationId(method, path),
    summary,
    description: `Takes the role ${access?.role}.`,
    ...(forSessions && { security: [{ token: [] }, { session: [] }] }),
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body !== null && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      [answer.status]: {
        description: forOne ? 'Done.' : 'One line a value, each of this schema.',
        content: Object.fromEntries(
          Object.entries(answer.content).map(([type, schema]) => [type, { schema: schemaOf(schema, 'output') }]),
        ),
      },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

/** `POST /campaigns/{campaign}/numbers/reveal` is `postCampaignNumbersReveal`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace('/campaigns/{campaign}', '/campaign')
    .split('/')
    .filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}

function pathParameters(path: string): object[] {
  if (!path.includes('{campaign}')) return [];
  return [{ name: 'campaign', in: 'path', required: true, schema: { type: 'string', pattern: '^[1-9][0-9]{0,18}$' } }];
}

function queryParameters(query: z.ZodType): object[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input') as { properties?: object; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

/** OpenAPI 3.1's schemas are JSON Schema 2020-12; the dialect is named once, by the document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
