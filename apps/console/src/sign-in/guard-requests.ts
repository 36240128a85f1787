import { isIP } from 'node:net';
import { NumfleetError } from '@numfleet/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Auth } from './auth.ts';
import { sessionCookie } from './sign-in-routes.ts';

/** Bull Board's page sets styles inline and asks for a font of Google's, which this refuses. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What every request passes before its route: a Host that is the console's, and the token or a session. A session may
 * only read, so that no other site can have a signed-in browser change or reveal anything (CSRF).
 */
export function guardRequests(app: FastifyInstance, deps: { auth: Auth; host: string }): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      ...(isStatic(request) ? {} : { 'cache-control': 'no-store' }),
    });
    refuseForeignHost(request.headers.host, deps.host);
    if (request.routeOptions.url === '/login' || deps.auth.isBearer(request.headers.authorization)) return;
    if (!deps.auth.isSession(request.cookies[sessionCookie])) {
      if (!wantsPage(request)) throw new NumfleetError('unauthorized', 'Send the token as `Authorization: Bearer …`.');
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    }
    if (request.method === 'GET' || request.method === 'HEAD') return;
    throw new NumfleetError('unauthorized', 'A signed-in browser may only read. Send the token to change anything.');
  });
}

/** A name that resolves to this machine only for the browser's sake is another site's (DNS rebinding). */
function refuseForeignHost(header: string | undefined, ownHost: string): void {
  const name = URL.parse(`http://${header}`)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (['localhost', '127.0.0.1', '::1', ownHost.toLowerCase()].includes(name)) return;
  // Listening everywhere it cannot know its addresses; one that is no name cannot be rebound.
  if ((ownHost === '0.0.0.0' || ownHost === '::') && isIP(name) !== 0) return;
  throw new NumfleetError('request-invalid', 'The Host header is not of this console. See NUMFLEET_CONSOLE_HOST.');
}

function isStatic(request: FastifyRequest): boolean {
  return request.routeOptions.url?.startsWith('/queues/static/') ?? false;
}

function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept?.includes('text/html') ?? false);
}
