import { NumfleetError } from '@numfleet/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Gives a check for what no route answers: throws `method-unsupported` where another method would be answered. */
export function refuseMethods(app: FastifyInstance): (request: FastifyRequest, reply: FastifyReply) => void {
  const routes: { segments: string[]; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: url.split('/'), methods: [method].flat() });
  });
  return (request, reply) => {
    const asked = request.url.split('?', 1)[0]?.split('/') ?? [];
    const matching = routes.filter(({ segments }) => matches(segments, asked));
    if (matching.length === 0) return;
    const allowed = [...new Set(matching.flatMap(({ methods }) => methods))].sort();
    reply.header('allow', allowed.join(', '));
    throw new NumfleetError('method-unsupported', `That address answers ${allowed.join(', ')} only.`);
  };
}

function matches(segments: readonly string[], asked: readonly string[]): boolean {
  const isWild = segments.at(-1) === '*';
  if (isWild ? asked.length < segments.length : asked.length !== segments.length) return false;
  return segments.every((segment, index) => segment.startsWith(':') || segment === '*' || segment === asked[index]);
}
