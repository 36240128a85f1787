import { Readable } from 'node:stream';
import type { Emit } from '@numfleet/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { reportFailure } from './report-failure.ts';

/** Tells of answers that did not get to their end: a stream that failed too late for an error, a client that went away. */
export function watchAnswers(app: FastifyInstance, emit: Emit): void {
  const broken = new WeakSet<FastifyRequest>();
  const routeOf = (request: FastifyRequest) => request.routeOptions.url ?? 'none';
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished && !broken.has(request)) {
        emit({ type: 'request.abandoned', route: routeOf(request) });
      }
    });
  });
  app.addHook('onSend', async (request, _reply, payload) => {
    if (!(payload instanceof Readable)) return payload;
    return payload.once('error', (error) => {
      broken.add(request);
      reportFailure(emit, routeOf(request), error);
    });
  });
}
