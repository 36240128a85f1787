import { NumfleetError, sessionView } from '@numfleet/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Auth } from '../sign-in/auth.ts';
import type { ReachedBy } from '../sign-in/own-address.ts';
import { clearCookie, readCookie } from '../sign-in/session-cookie.ts';
import { type ApiRoute, valueRoute } from './route.ts';

/** For signed-in browsers; who sends the token has no session. */
export function sessionRoutes({ auth, reachedBy }: { auth: Auth; reachedBy: ReachedBy }): ApiRoute[] {
  const find = async (request: FastifyRequest) => {
    const reached = reachedBy(request.headers.host);
    const cookie = reached === null ? undefined : readCookie(request, reached);
    const session = await auth.sessionOf(cookie);
    if (reached !== null && session !== null) return { reached, cookie, session };
    throw new NumfleetError('not-found', 'There is no session: whoever sends the token needs none.');
  };
  return [
    valueRoute({
      method: 'GET',
      path: '/session',
      summary: 'What a signed-in browser needs to change something.',
      body: null,
      answer: sessionView,
      async handle({ request }) {
        const { csrfToken, expiresAt, principal } = (await find(request)).session;
        return { csrfToken, expiresAt: expiresAt.toISOString(), role: principal.role };
      },
    }),
    valueRoute({
      method: 'POST',
      path: '/session/end',
      summary: 'Sign out.',
      body: null,
      answer: z.object({ ended: z.literal(true) }),
      async handle({ request, reply }) {
        const { reached, cookie } = await find(request);
        auth.signOut(cookie);
        clearCookie(reply, reached);
        return { ended: true as const };
      },
    }),
  ];
}
