import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { unbuiltPage } from '../pages/unbuilt-page.ts';

/** Where the files lie whose names change with their content, and which may thus be kept for ever. */
const assetsPrefix = '/assets/';

/**
 * `/`: the dashboard as `vite build` left it in `folder`. Where it was never built, a page says so and how to: the rest of
 * the console works without it.
 */
export function registerDashboard(app: FastifyInstance, deps: { folder: string }): void {
  const assets = join(deps.folder, 'assets');
  if (existsSync(assets)) {
    app.register(fastifyStatic, {
      root: assets,
      prefix: assetsPrefix,
      index: false,
      immutable: true,
      maxAge: '1y',
      // Bull Board registers the same plugin, which can decorate but once.
      decorateReply: false,
    });
  }
  app.get('/', async (_request, reply) => {
    // Read anew each time: a rebuild changes the names of the assets.
    const page = await readFile(join(deps.folder, 'index.html'), 'utf8').catch(() => null);
    return reply
      .status(page === null ? 503 : 200)
      .type('text/html; charset=utf-8')
      .send(page ?? unbuiltPage());
  });
}
