import { type Emit, NumfleetError } from '@numfleet/contracts';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { answerClientError } from './answer-client-error.ts';
import { answerError } from './answer-error.ts';
import { closeUnread } from './close-unread.ts';
import type { HttpLimits } from './limits.ts';
import { refuseMethods } from './refuse-methods.ts';
import { rejectionOf } from './rejection-of.ts';
import { reportFailure } from './report-failure.ts';
import { unpackBodies } from './unpack-bodies.ts';
import { watchAnswers } from './watch-answers.ts';

/** An HTTP server without routes: whatever goes wrong with a request, it answers with contracts' `apiError`. */
export function createServer(deps: { emit: Emit; limits: HttpLimits }): FastifyInstance {
  const { emit, limits } = deps;
  const app = fastify({
    // Events tell what happens; a log of requests would hold URLs.
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: 10_000,
    // A client that takes nothing of an export for so long is cut off.
    connectionTimeout: 120_000,
    return503OnClosing: false,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: Math.min(limits.headersMs, limits.requestMs),
      connectionsCheckingInterval: limits.checkMs,
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, emit),
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = answerError(error);
      (reply as FastifyReply).status(status).send(body);
    },
  });
  app.server.maxConnections = limits.connections;
  app.server.on('drop', () => emit({ type: 'request.rejected', reason: 'connections' }));
  app.removeContentTypeParser('text/plain');
  readJson(app);
  watchAnswers(app, emit);
  unpackBodies(app);
  closeUnread(app);
  const refuseMethod = refuseMethods(app);
  app.setNotFoundHandler((request, reply) => {
    refuseMethod(request, reply);
    throw new NumfleetError('not-found', 'There is nothing at that address.');
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = answerError(error);
    const reason = rejectionOf(error, request);
    // Of what was cut off already the reason has been told.
    if (reason !== null && !request.raw.socket.writableEnded) emit({ type: 'request.rejected', reason });
    if (status >= 500) reportFailure(emit, request.routeOptions.url ?? 'none', error);
    reply.status(status).type('application/json; charset=utf-8').send(body);
  });
  return app;
}

/** As Fastify does, but that nothing at all is no broken JSON: many clients name the type of a body that they do not send. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, String(body), done);
  });
}
