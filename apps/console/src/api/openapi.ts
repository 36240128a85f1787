import { apiError } from '@numfleet/contracts';
import { z } from 'zod';
import { type ApiRoute, apiPrefix } from './route.ts';

/** The OpenAPI 3.1 document of the routes, made from the very schemas that check them. */
export function openApiDocument(routes: readonly ApiRoute[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = apiPrefix + route.path;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Numfleet', version, description: 'Campaigns, pages and numbers of a fleet.' },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(apiError, 'output') },
    },
    security: [{ token: [] }],
  };
}

function operationOf({ path, summary, body, answer }: ApiRoute): Record<string, unknown> {
  const isStream = answer.type === 'application/x-ndjson';
  return {
    summary,
    ...(path.includes('{campaign}') && {
      parameters: [{ name: 'campaign', in: 'path', required: true, schema: { type: 'string' } }],
    }),
    ...(body !== null && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      [answer.status]: {
        description: isStream ? 'One JSON value a line, each of this schema.' : 'Done.',
        content: { [answer.type]: { schema: schemaOf(answer.schema, 'output') } },
      },
      default: {
        description: 'What went wrong, by a stable code.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** OpenAPI 3.1's schemas are JSON Schema 2020-12; the dialect is named once, by the document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
