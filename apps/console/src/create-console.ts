import cookie from '@fastify/cookie';
import type { Emit } from '@numfleet/contracts';
import { type EgressHosts, registrableDomain } from '@numfleet/egress/rules';
import { normaliseUrl, type UrlCodec } from '@numfleet/privacy';
import type { Certifier, NumberVault, Suppressor } from '@numfleet/privacy/inside';
import { createOfferPage, createOfferSitemap, createSitemapsOf, findToken, type Store } from '@numfleet/store';
import type { FastifyInstance } from 'fastify';
import { createAcceptUrls } from './api/accept-urls.ts';
import { campaignRoutes } from './api/campaign-routes.ts';
import { fleetRoutes } from './api/fleet-routes.ts';
import { numberRoutes } from './api/number-routes.ts';
import { openApiDocument } from './api/openapi.ts';
import { pageRoutes } from './api/page-routes.ts';
import { apiPrefix, registerRoutes } from './api/route.ts';
import { sessionRoutes } from './api/session-routes.ts';
import { subjectRoutes } from './api/subject-routes.ts';
import { tokenRoutes } from './api/token-routes.ts';
import { type BoardQueues, registerBullBoard } from './bull-board.ts';
import { registerDashboard } from './dashboard/serve-dashboard.ts';
import { createLimitReveals } from './exports/limit-reveals.ts';
import { createViewNumbers } from './exports/view-numbers.ts';
import { watchFleet } from './fleet/watch-fleet.ts';
import { createServer } from './http/create-server.ts';
import { type HttpLimits, httpLimits } from './http/limits.ts';
import { reportFailure } from './http/report-failure.ts';
import { registerStyles } from './pages/styles.ts';
import { type Auth, createAuth } from './sign-in/auth.ts';
import { guardRequests } from './sign-in/guard-requests.ts';
import { createReachedBy, type ReachedBy } from './sign-in/own-address.ts';
import { registerSignIn } from './sign-in/sign-in-routes.ts';

export interface ConsoleDeps {
  store: Store;
  queues: BoardQueues;
  queueBackend: 'postgres' | 'redis';
  vault: NumberVault;
  suppressor: Suppressor;
  certifier: Certifier;
  urls: UrlCodec;
  pageKeyOf: (url: string, speaksFor?: string) => Buffer;
  egressHosts: EgressHosts;
  /** Whether NUMFLEET_CONTACT is set, without which no public host is crawled (I11). */
  hasContact: boolean;
  /** The fleet's own, which opens everything; others are in the database. */
  token: string;
  /** The address it will listen on, by which it knows requests that are meant for it. */
  host: string;
  /** NUMFLEET_CONSOLE_URL, by which browsers reach it; null where that is a loopback address. */
  url: string | null;
  version: string;
  /** Where the built dashboard lies. */
  dashboardFolder: string;
  now: () => Date;
  emit: Emit;
  limits?: Partial<HttpLimits>;
}

/** The console's HTTP server, not listening yet: `/`, `/login`, `/api/v1/…` and `/queues`. */
export async function createConsole(deps: ConsoleDeps): Promise<FastifyInstance> {
  const app = createServer({ emit: deps.emit, limits: { ...httpLimits, ...deps.limits } });
  const auth = createAuth({ ...deps, findToken: (hash) => findToken(deps.store, hash, deps.now()) });
  const reachedBy = createReachedBy(deps);
  await app.register(cookie);
  guardRequests(app, { auth, reachedBy });
  registerStyles(app);
  registerSignIn(app, { auth, reachedBy });
  registerApi(app, { ...deps, auth, reachedBy });
  registerDashboard(app, { folder: deps.dashboardFolder });
  registerBullBoard(app, { queues: deps.queues, onError: (error) => reportFailure(deps.emit, '/queues', error) });
  await app.ready();
  return app;
}

function registerApi(app: FastifyInstance, deps: ConsoleDeps & { auth: Auth; reachedBy: ReachedBy }): void {
  const { urls, pageKeyOf } = deps;
  const fleet = watchFleet(deps);
  const limitReveals = createLimitReveals(deps);
  app.addHook('onClose', () => fleet[Symbol.dispose]());
  const routes = [
    ...sessionRoutes(deps),
    ...fleetRoutes(fleet),
    ...campaignRoutes({
      ...deps,
      acceptUrls: createAcceptUrls(deps),
      offerPage: createOfferPage({ toWire: urls.toWire, pageKeyOf, domainOf: registrableDomain }),
      sitemapsOf: createSitemapsOf({
        offerSitemap: createOfferSitemap({ toWire: urls.toWire, pageKeyOf }),
        urlOf: (named) => normaliseUrl(urls.fromWire(named)),
      }),
    }),
    ...pageRoutes(deps),
    ...numberRoutes({ ...deps, viewNumbers: createViewNumbers(deps), limitReveals }),
    ...subjectRoutes({ ...deps, limitReveals, dropFailed: () => deps.queues.results.dropFailed(0) }),
    ...tokenRoutes(deps),
  ];
  registerRoutes(app, routes);
  const document = JSON.stringify(openApiDocument(routes, deps.version));
  app.get(`${apiPrefix}/openapi.json`, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document),
  );
}
