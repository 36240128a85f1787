import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { signInPage } from '../pages/sign-in-page.ts';
import { type Auth, sessionSeconds } from './auth.ts';

export const sessionCookie = 'numfleet_session';

const asked = z.object({ token: z.string().max(200).optional(), next: z.string().max(2_000).optional() }).catch({});

/**
 * `/login?token=…` is the link that `npm start` prints: it leaves a session behind and redirects, so that the token
 * leaves the address bar. Without a token it is a form.
 */
export function registerSignIn(app: FastifyInstance, deps: { auth: Auth }): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4_096 },
    async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
  );
  app.get('/login', (request, reply) => answer(request, reply, asked.parse(request.query), deps.auth));
  app.post('/login', (request, reply) => answer(request, reply, asked.parse(request.body), deps.auth));
}

async function answer(request: FastifyRequest, reply: FastifyReply, input: z.infer<typeof asked>, auth: Auth) {
  const next = localPath(input.next);
  if (!input.token) {
    if (auth.isSession(request.cookies[sessionCookie])) return reply.redirect(next, 303);
    return showForm(reply, 200, { next, trouble: null });
  }
  const signedIn = auth.signIn(input.token.trim(), request.ip);
  switch (signedIn.verdict) {
    case 'signed-in':
      reply.setCookie(sessionCookie, signedIn.session, {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
        maxAge: sessionSeconds,
      });
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
 * A path of the console itself, whatever was asked for: never another site (`//evil.test`, `/\evil.test`), nor what
 * becomes one once its dot segments are resolved (`/x/..//evil.test`).
 */
function localPath(next: string | undefined): string {
  const here = 'http://console.invalid';
  const url = next?.startsWith('/') ? URL.parse(next, here) : null;
  return url?.origin === here && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
}
