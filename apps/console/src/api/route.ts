import { Readable } from 'node:stream';
import { NumfleetError, rowId } from '@numfleet/contracts';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { parseBody } from './parse-body.ts';

export const apiPrefix = '/api/v1';

interface RouteOf<Body, Answer> {
  method: 'GET' | 'POST';
  /** Below `/api/v1`, in OpenAPI's form; `{campaign}` is the one parameter that there is. */
  path: string;
  summary: string;
  /** What the request body must be; null where none is read. */
  body: z.ZodType<Body> | null;
  /** What is answered: one JSON value, or a stream of lines that are each such a value. */
  answer: { status: 200 | 201; type: 'application/json' | 'application/x-ndjson'; schema: z.ZodType<Answer> };
}

interface Asked<Body> {
  /** Empty where the path has no campaign. */
  campaignId: string;
  body: Body;
}

/** A route and its documentation in one, so that the one cannot drift from the other. */
export interface ApiRoute extends RouteOf<unknown, unknown> {
  handle(asked: Asked<unknown>): Promise<unknown> | AsyncGenerator<unknown>;
}

/** A route that answers one JSON value. */
export function valueRoute<Body, Answer>(
  route: Omit<RouteOf<Body, Answer>, 'answer'> & {
    answer: z.ZodType<Answer>;
    status?: 201;
    handle: (asked: Asked<Body>) => Promise<NoInfer<Answer>>;
  },
): ApiRoute {
  const { answer: schema, status = 200, handle, ...rest } = route;
  const answer = { status, type: 'application/json', schema } as const;
  // The body was parsed by its schema before it gets here.
  return { ...rest, answer, handle: (asked) => handle(asked as Asked<Body>) };
}

/** A route that answers one JSON value a line, for as many as there are; memory stays flat. */
export function linesRoute<Body, Answer>(
  route: Omit<RouteOf<Body, Answer>, 'answer'> & {
    answer: z.ZodType<Answer>;
    handle: (asked: Asked<Body>) => AsyncGenerator<NoInfer<Answer>>;
  },
): ApiRoute {
  const { answer: schema, handle, ...rest } = route;
  const answer = { status: 200, type: 'application/x-ndjson', schema } as const;
  return { ...rest, answer, handle: (asked) => handle(asked as Asked<Body>) };
}

/** `onBroken` hears of streams that failed when it was too late to answer with an error. */
export function registerRoutes(
  app: FastifyInstance,
  routes: readonly ApiRoute[],
  onBroken: (route: string, error: unknown) => void,
): void {
  for (const route of routes) {
    const { method, answer } = route;
    const url = apiPrefix + route.path.replace('{campaign}', ':campaign');
    app.route<{ Params: { campaign?: string } }>({
      method,
      url,
      async handler(request, reply) {
        const campaignId = request.params.campaign === undefined ? '' : parseCampaignId(request.params.campaign);
        const body = route.body === null ? undefined : parseBody(route.body, request.body);
        const answered = route.handle({ campaignId, body });
        reply.status(answer.status).type(`${answer.type}; charset=utf-8`);
        if (answered instanceof Promise) return answer.schema.parse(await answered);
        const lines = Readable.from(await begin(linesOf(answered, answer.schema)));
        return reply.send(lines.on('error', (error) => onBroken(url, error)));
      },
    });
  }
}

/** Throws `campaign-unknown` for what cannot be an id; Postgres would refuse it with an error of its own. */
export function parseCampaignId(text: string): string {
  if (rowId.safeParse(text).success && BigInt(text) < 2n ** 63n) return text;
  throw new NumfleetError('campaign-unknown', 'There is no such campaign. `numfleet status` lists them.');
}

async function* linesOf(values: AsyncGenerator<unknown>, schema: z.ZodType): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(schema.parse(value))}\n`;
}

/**
 * Waits for the first item, so that what fails before it is answered as an error and not as a broken stream. No
 * generator itself: one that nobody has read from yet would not end `items` when the client goes away.
 */
async function begin<T>(items: AsyncGenerator<T>): Promise<AsyncIterable<T>> {
  let first: IteratorResult<T> | null = await items.next();
  const iterator: AsyncIterator<T> = {
    async next() {
      const result = first ?? (await items.next());
      first = null;
      return result;
    },
    return: async () => await items.return(undefined),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
