import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { signInPage } from '../pages/sign-in-page.ts';
import type { Auth } from './auth.ts';
import type { Reached, ReachedBy } from './own-address.ts';
import { readCookie, setCookie } from './session-cookie.ts';

const asked = z.object({ token: z.string().max(200).optional(), next: z.string().max(2_000).optional() }).catch({});

const maxFormBytes = 4_096;

const unsafe =
  'Here the session would cross the network in plain. Come by https (set NUMFLEET_CONSOLE_URL), or through a tunnel to localhost.';

/**
 * `/login?token=…` is the link that `npm start` prints: it leaves a session behind and redirects, so that the token
 * leaves the address bar. Without a token it is a form.
 */
export function registerSignIn(app: FastifyInstance, deps: { auth: Auth; reachedBy: ReachedBy }): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: maxFormBytes },
    async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
  );
  const options = { bodyLimit: maxFormBytes } as const;
  const respond = (request: FastifyRequest, reply: FastifyReply, given: unknown) => {
    const reached = deps.reachedBy(request.headers.host);
    const input = asked.parse(given);
    if (reached !== null && reached.origin !== null) return answer(request, reply, input, { auth: deps.auth, reached });
    return showForm(reply, input.token ? 403 : 200, { next: localPath(input.next), trouble: unsafe });
  };
  app.get('/login', options, (request, reply) => respond(request, reply, request.query));
  app.post('/login', options, (request, reply) => respond(request, reply, request.body));
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  input: z.infer<typeof asked>,
  { auth, reached }: { auth: Auth; reached: Reached },
) {
  const next = localPath(input.next);
  if (!input.token) {
    if ((await auth.sessionOf(readCookie(request, reached))) !== null) return reply.redirect(next, 303);
    return showForm(reply, 200, { next, trouble: null });
  }
  const signedIn = await auth.signIn(input.token.trim(), request.ip);
  switch (signedIn.verdict) {
    case 'signed-in':
      setCookie(reply, reached, signedIn.session);
      return reply.redirect(next, 303);
    case 'refused':
      return showForm(reply, 401, { next, trouble: 'That is not the token of this fleet.' });
    case 'too-many-attempts':
      reply.header('retry-after', '60');
      return showForm(reply, 429, { next, trouble: 'Too many wrong tokens. Wait a minute and try again.' });
  }
}

function showForm(reply: FastifyReply, status: number, form: Parameters<typeof signInPage>[0]) {
  return reply.status(status).type('text/html; charset=utf-8').send(signInPage(form));
}

/**
 * A path of the console itself, whatever was asked for: never another site (`//evil.test`, `/\\evil.test`), nor what
 * becomes one once its dot segments are resolved (`/x/..//evil.test`).
 */
function localPath(next: string | undefined): string {
  const here = 'http://console.invalid';
  const url = next?.startsWith('/') ? URL.parse(next, here) : null;
  return url?.origin === here && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
}
