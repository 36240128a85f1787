import { type PageServer, servePages } from '@numfleet/e2e';
import { type FleetField, openFleetField } from './fleet-field.ts';

/** A fleet that may crawl some pages, and nothing else. */
export interface PagesField extends FleetField {
  server: PageServer;
}

/** @param pages HTML by URL, served from loopback whatever the host */
export async function openPagesField(
  pages: ReadonlyMap<string, string>,
  options: Pick<Parameters<typeof openFleetField>[0], 'env' | 'undefended'>,
): Promise<PagesField> {
  await using stack = new AsyncDisposableStack();
  const served = [...pages].map(([url, body]) => [url, { body, contentType: 'text/html; charset=utf-8' }] as const);
  const server = stack.use(await servePages(new Map(served)));
  const field = stack.use(await openFleetField({ ...options, egressHosts: server.egressHosts }));
  const held = stack.move();
  return { ...field, server, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
