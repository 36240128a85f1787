import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionSeconds } from './auth.ts';
import type { Reached } from './own-address.ts';

/** `__Host-` has the browser refuse a cookie that another host, or a page without TLS, planted (RFC 6265bis §4.1.3). */
const nameOf = (reached: Reached) => (reached.secure ? '__Host-numfleet_session' : 'numfleet_session');

const attributes = (reached: Reached) =>
  ({ httpOnly: true, sameSite: 'strict', secure: reached.secure, path: '/' }) as const;

export function readCookie(request: FastifyRequest, reached: Reached): string | undefined {
  return request.cookies[nameOf(reached)];
}

export function setCookie(reply: FastifyReply, reached: Reached, session: string): void {
  reply.setCookie(nameOf(reached), session, { ...attributes(reached), maxAge: sessionSeconds });
}

export function clearCookie(reply: FastifyReply, reached: Reached): void {
  reply.clearCookie(nameOf(reached), attributes(reached));
}
