import { html } from './html.ts';
import { layout } from './layout.ts';

/** What stands at `/` while the dashboard was not built. */
export function unbuiltPage(): string {
  return layout({
    title: 'Numfleet',
    body: html`<main class="card">
<h1>Numfleet</h1>
<h2>The dashboard has not been built</h2>
<p>Every start of Numfleet builds it when it is missing; run one, or <code>.runtime/bin/pnpm --filter @numfleet/console build</code>.
Then start again.</p>
<p>The <a href="/queues">queues</a> and the <a href="/api/v1/openapi.json">API</a> are there without it.</p>
</main>`,
  });
}
