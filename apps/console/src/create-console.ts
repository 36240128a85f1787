import cookie from '@fastify/cookie';
import { type Emit, errorCodeOf, NumfleetError } from '@numfleet/contracts';
import { type EgressHosts, registrableDomain } from '@numfleet/egress';
import type { UrlCodec } from '@numfleet/privacy';
import type { NumberVault } from '@numfleet/privacy/inside';
import { createOfferPage, listCampaigns, type Store } from '@numfleet/store';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { answerError } from './answer-error.ts';
import { createAcceptUrls } from './api/accept-urls.ts';
import { campaignRoutes } from './api/campaign-routes.ts';
import { numberRoutes } from './api/number-routes.ts';
import { openApiDocument } from './api/openapi.ts';
import { pageRoutes } from './api/page-routes.ts';
import { apiPrefix, registerRoutes } from './api/route.ts';
import { createViewNumbers } from './api/view-numbers.ts';
import { type BoardQueues, registerBullBoard } from './bull-board.ts';
import { homePage } from './pages/home-page.ts';
import { createAuth } from './sign-in/auth.ts';
import { guardRequests } from './sign-in/guard-requests.ts';
import { registerSignIn } from './sign-in/sign-in-routes.ts';

export interface ConsoleDeps {
  store: Store;
  queues: BoardQueues;
  vault: NumberVault;
  urls: UrlCodec;
  pageKeyOf: (url: string) => Buffer;
  egressHosts: EgressHosts;
  /** Whether NUMFLEET_CONTACT is set, without which no public host is crawled (I11). */
  hasContact: boolean;
  /** Opens everything. */
  token: string;
  /** The address it will listen on, by which it knows requests that are meant for it. */
  host: string;
  version: string;
  now: () => Date;
  emit: Emit;
}

/** The console's HTTP server, not listening yet: `/`, `/login`, `/api/v1/…` and `/queues`. */
export async function createConsole(deps: ConsoleDeps): Promise<FastifyInstance> {
  const app = createServer(deps.emit);
  const auth = createAuth(deps);
  await app.register(cookie);
  guardRequests(app, { auth, host: deps.host });
  registerSignIn(app, { auth });
  registerApi(app, deps);
  app.get('/', async (_request, reply) => {
    const campaigns = await listCampaigns(deps.store, { now: deps.now() });
    return reply.type('text/html; charset=utf-8').send(homePage(campaigns));
  });
  registerBullBoard(app, { queues: deps.queues, onError: (error) => report(deps.emit, '/queues', error) });
  await app.ready();
  return app;
}

function registerApi(app: FastifyInstance, deps: ConsoleDeps): void {
  const { urls, pageKeyOf } = deps;
  const routes = [
    ...campaignRoutes({
      ...deps,
      acceptUrls: createAcceptUrls(deps),
      offerPage: createOfferPage({ toWire: urls.toWire, pageKeyOf, domainOf: registrableDomain }),
    }),
    ...pageRoutes(deps),
    ...numberRoutes({ ...deps, viewNumbers: createViewNumbers(deps) }),
  ];
  registerRoutes(app, routes, (route, error) => report(deps.emit, route, error));
  const document = openApiDocument(routes, deps.version);
  app.get(`${apiPrefix}/openapi.json`, async () => document);
}

function createServer(emit: Emit): FastifyInstance {
  const app = fastify({
    // Events tell what happens; a log of requests would hold URLs.
    logger: false,
    bodyLimit: 1_048_576,
    requestTimeout: 30_000,
    return503OnClosing: false,
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = answerError(error);
      (reply as FastifyReply).status(status).send(body);
    },
  });
  app.removeContentTypeParser('text/plain');
  app.setNotFoundHandler(() => {
    throw new NumfleetError('not-found', 'There is nothing at that address.');
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = answerError(error);
    if (status >= 500) report(emit, request.routeOptions.url ?? 'none', error);
    reply.status(status).type('application/json; charset=utf-8').send(body);
  });
  return app;
}

function report(emit: Emit, route: string, error: unknown): void {
  emit({ type: 'request.failed', route, code: errorCodeOf(error), error });
}
