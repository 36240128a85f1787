import { csrfHeader, NumfleetError } from '@numfleet/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Auth, isSameSecret, type Session } from './auth.ts';
import { type Access, accessOf, mayUse, type Principal } from './authorisation.ts';
import type { Reached, ReachedBy } from './own-address.ts';
import { securityHeaders } from './security-headers.ts';
import { readCookie } from './session-cookie.ts';

const principals = new WeakMap<FastifyRequest, Principal>();

/** Of an address that nobody answers: whoever has no right to look is not told so much as that. */
const ofNothing: Access = { role: 'viewer', session: true, scoped: true };

/** Who asks, as the audit names them. */
export function actorOf(request: FastifyRequest): string {
  const principal = principals.get(request);
  if (principal !== undefined) return principal.actor;
  throw new NumfleetError('internal-error', 'A request passed that nobody answers for.');
}

/**
 * What every request passes before its route: a token; or a Host that is the console's, and a session. Whose they are must be
 * allowed to by the table of `authorisation.ts`, without an entry in which a route does not start. A session changes only what
 * is open to it and only from a page of the console, so that no other site can have a signed-in browser change anything
 * (CSRF). It reveals nothing.
 */
export function guardRequests(app: FastifyInstance, deps: { auth: Auth; reachedBy: ReachedBy }): void {
  const { auth, reachedBy } = deps;
  requireEntries(app);
  app.addHook('onRequest', async (request, reply) => {
    const reached = reachedBy(request.headers.host);
    reply.headers(securityHeaders(request.routeOptions.url ?? '', reached));
    const access = accessOf(request.method, request.routeOptions.url ?? '') ?? ofNothing;
    const bearer = await auth.bearerOf(request.headers.authorization);
    if (bearer !== null) return admit(request, bearer, access);
    if (reached === null) {
      throw new NumfleetError('request-invalid', 'The Host header is not of this console. See NUMFLEET_CONSOLE_URL.');
    }
    if (access.role === 'anyone') return;
    const session = await auth.sessionOf(readCookie(request, reached));
    if (session === null) return refuseStranger(request, reply);
    requireSession(request, session, { access, reached });
    admit(request, session.principal, access);
  });
}

/** The hook runs for each route that is registered from here on, those of plugins included. */
function requireEntries(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) {
      if (accessOf(one, url) === undefined) throw new TypeError(`authorisation.ts has no entry for ${one} ${url}.`);
    }
  });
}

function admit(request: FastifyRequest, principal: Principal, access: Access): void {
  const { campaign } = request.params as { campaign?: string };
  if (!mayUse(principal, access, campaign)) {
    const scope = principal.campaigns === null ? '' : ' of some campaigns';
    throw new NumfleetError(
      'forbidden',
      `That takes a ${access.role}; this is the token of a ${principal.role}${scope}.`,
    );
  }
  principals.set(request, principal);
}

function refuseStranger(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (wantsPage(request)) return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
  reply.header('www-authenticate', 'Bearer');
  throw new NumfleetError('unauthorized', 'Send the token as `Authorization: Bearer …`.');
}

function requireSession(
  request: FastifyRequest,
  session: Session,
  { access, reached }: { access: Access; reached: Reached },
): void {
  if (!access.session || (!isRead(request) && request.routeOptions.url === undefined)) {
    throw new NumfleetError('forbidden', 'A signed-in browser may not do that. Send the token.');
  }
  if (!isRead(request)) requireOwnPage(request, session, reached.origin);
}

/**
 * Three things that no page of another site can make a browser send together: our own origin, what the browser says about
 * where the request came from (Fetch Metadata), and the token bound to the session, which only our pages can read.
 */
function requireOwnPage({ headers }: FastifyRequest, session: Session, origin: string | null): void {
  const site = headers['sec-fetch-site'];
  const given = headers[csrfHeader];
  const isOwn = origin !== null && headers.origin === origin && (site === undefined || site === 'same-origin');
  if (isOwn && typeof given === 'string' && isSameSecret(given, session.csrfToken)) return;
  throw new NumfleetError(
    'forbidden',
    `Send ${csrfHeader} as GET /api/v1/session gives it, from a page of this console.`,
  );
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept?.includes('text/html') ?? false);
}
