import type { Emit, PageJob, PageResult } from '@numfleet/contracts';
import { createDeadline } from '@numfleet/service';
import type { ClassifyFetch } from './classify-fetch.ts';
import type { FetchPage } from './fetch-page.ts';
import { startPageRun } from './page-run.ts';
import type { PageReader } from './read-page.ts';
import type { RenderPage } from './render-page.ts';
import type { Stages } from './stages.ts';

export interface CrawlPageDeps {
  fetchPage: FetchPage;
  classifyFetch: ClassifyFetch;
  renderPage: RenderPage;
  reader: PageReader;
  stages: Stages;
  worker: string;
  emit: Emit;
}

/**
 * Stages 3.1 to 3.5 of a page's life (ARCHITECTURE.md); 3.6 hands the result on. It always gives a result, whatever
 * went wrong, except when `signal` aborts it before a request was sent: then it throws, and the job is given back.
 */
export function createCrawlPage(deps: CrawlPageDeps) {
  return async function crawlPage(job: PageJob, signal: AbortSignal): Promise<PageResult> {
    using deadline = createDeadline(job.deadlineMs, { signal, code: 'fetch-timeout' });
    const run = startPageRun({ job, ...deps });
    try {
      signal.throwIfAborted();
      // 3.1 fetch: through the one door; robots and delay are obeyed at every hop.
      const fetched = await run.stage('fetch', () => deps.fetchPage(job, deadline));
      run.fetched(deps.classifyFetch(fetched));
      if (fetched.kind !== 'document' || !run.readable()) return run.end();

      // 3.2 render: the fetched document is handed to the browser, not fetched again.
      const render = () => run.stage('render', () => deps.renderPage(job, fetched, deadline));
      if (job.render === 'always') run.rendered(await render());

      // 3.3 parse, 3.4 extract, 3.5 seal: in one thread that can be terminated; only ciphertext comes back.
      const read = () => run.stage('read', () => deps.reader.read(job, fetched, run.page(), deadline.signal));
      run.read(await read());

      // It looks unrendered, or those like it have shown more in a browser, or are to: 3.2 to 3.5 once more, with one.
      // What was found so far is kept if it fails.
      if (run.wantsBrowser()) {
        run.rendered(await render());
        if (run.page()) run.read(await read());
      }
      return run.end();
    } catch (error) {
      if (signal.aborted && !run.sentRequest()) throw error;
      return run.failed(error);
    }
  };
}
