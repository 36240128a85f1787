import { NumfleetError, rowId } from '@numfleet/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { actorOf } from '../sign-in/guard-requests.ts';
import { parseInput } from './parse-input.ts';
import { type Streamed, sendStream } from './send-stream.ts';

export const apiPrefix = '/api/v1';

interface RouteOf<Query, Body> {
  method: 'GET' | 'POST';
  /** Below `/api/v1`, in OpenAPI's form; `{campaign}` is the one parameter that there is. */
  path: string;
  summary: string;
  /** What the query must be; by default there is none. */
  query: z.ZodType<Query>;
  /** What the request body must be; null where there is none. */
  body: z.ZodType<Body> | null;
}

export interface Asked<Query, Body> {
  /** Empty where the path has no campaign. */
  campaignId: string;
  query: Query;
  body: Body;
  /** Who asks, for the audit. */
  actor: string;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** By media type: what the body of an answer is, or each line of it. */
type Content = Readonly<Record<string, z.ZodType>>;

/** A route and its documentation in one, so that the one cannot drift from the other. */
export interface ApiRoute extends RouteOf<unknown, unknown> {
  answer: { status: 200 | 201; content: Content };
  /** Waits for what can still be answered as an error, and sends the answer. */
  respond(asked: Asked<unknown, unknown>): Promise<unknown>;
}

type Given<Query, Body> = Omit<RouteOf<Query, Body>, 'query'> & { query?: z.ZodType<Query> };

const nothing = z.strictObject({});
/** For what has no body of its own, and may yet come with `{}`. */
const smallBody = 1_024;

/** A route that answers one JSON value. */
export function valueRoute<Answer, Body, Query = Record<string, never>>(
  route: Given<Query, Body> & {
    answer: z.ZodType<Answer>;
    status?: 201;
    handle: (asked: Asked<Query, Body>) => Promise<NoInfer<Answer>>;
  },
): ApiRoute {
  const { answer: schema, status = 200, handle, query = nothing, ...rest } = route;
  return {
    ...rest,
    query,
    answer: { status, content: { 'application/json': schema } },
    // Query and body were parsed by their schemas before they get here.
    respond: async (asked) => schema.parse(await handle(asked as Asked<Query, Body>)),
  };
}

/** A route that answers as much as there is, in one of several forms; memory stays flat. */
export function streamRoute<Body, Query>(
  route: Given<Query, Body> & {
    content: Content;
    handle: (asked: Asked<Query, Body>) => Streamed;
  },
): ApiRoute {
  const { content, handle, query = nothing, ...rest } = route;
  return {
    ...rest,
    query,
    answer: { status: 200, content },
    respond: async (asked) => await sendStream(asked.reply, handle(asked as Asked<Query, Body>)),
  };
}

/** The address of a route as the server and its authorisation know it. */
export function addressOf(path: string): string {
  return apiPrefix + path.replace('{campaign}', ':campaign');
}

export function registerRoutes(app: FastifyInstance, routes: readonly ApiRoute[]): void {
  for (const route of routes) {
    const { method, answer, query, body } = route;
    app.route<{ Params: { campaign?: string } }>({
      method,
      url: addressOf(route.path),
      // Else a HEAD would run a whole export for nobody.
      exposeHeadRoute: 'application/json' in answer.content,
      ...(body === null && { bodyLimit: smallBody }),
      async handler(request, reply) {
        const campaignId = request.params.campaign === undefined ? '' : parseCampaignId(request.params.campaign);
        const asked = {
          campaignId,
          query: parseInput(query, request.query, 'query'),
          body: parseInput(body ?? nothing, request.body, 'body'),
          actor: actorOf(request),
          request,
          reply,
        };
        reply.status(answer.status);
        return await route.respond(asked);
      },
    });
  }
}

/** Throws `campaign-unknown` for what cannot be an id; Postgres would refuse it with an error of its own. */
export function parseCampaignId(text: string): string {
  if (rowId.safeParse(text).success && BigInt(text) < 2n ** 63n) return text;
  throw new NumfleetError('campaign-unknown', 'There is no such campaign. `numfleet status` lists them.');
}
