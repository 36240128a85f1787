import { csrfHeader, NumfleetError } from '@numfleet/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Auth, isSameSecret, type Session } from './auth.ts';
import type { ReachedBy } from './own-address.ts';
import { securityHeaders } from './security-headers.ts';
import { readCookie } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route beside the holder of the token; what is not a GET is closed to sessions unless it says so. */
    open?: 'anyone' | 'session';
  }
}

/**
 * What every request passes before its route: the token; or a Host that is the console's, and a session. A session reads,
 * and changes only what is open to it and only from a page of the console, so that no other site can have a signed-in
 * browser change anything (CSRF). It reveals nothing.
 */
export function guardRequests(app: FastifyInstance, deps: { auth: Auth; reachedBy: ReachedBy }): void {
  const { auth, reachedBy } = deps;
  app.addHook('onRequest', async (request, reply) => {
    const reached = reachedBy(request.headers.host);
    reply.headers(securityHeaders(request.routeOptions.url ?? '', reached));
    if (auth.isBearer(request.headers.authorization)) return;
    if (reached === null) {
      throw new NumfleetError('request-invalid', 'The Host header is not of this console. See NUMFLEET_CONSOLE_URL.');
    }
    const { open } = request.routeOptions.config;
    if (open === 'anyone') return;
    const session = auth.sessionOf(readCookie(request, reached));
    if (session === null) {
      if (wantsPage(request)) return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
      reply.header('www-authenticate', 'Bearer');
      throw new NumfleetError('unauthorized', 'Send the token as `Authorization: Bearer …`.');
    }
    if (isRead(request)) return;
    if (open !== 'session') {
      throw new NumfleetError('forbidden', 'A signed-in browser may not do that. Send the token.');
    }
    requireOwnPage(request, session, reached.origin);
  });
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
