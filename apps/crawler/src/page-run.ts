import type { RenderOutcome } from '@numfleet/browser';
import {
  type CrawlStage,
  type CutKind,
  type Emit,
  NumfleetError,
  type PageCode,
  type PageJob,
  type PageOutcome,
  type PageResult,
  pageCodes,
} from '@numfleet/contracts';
import type { FetchVerdict } from './classify-fetch.ts';
import { decideRender, isRendering } from './decide-render.ts';
import type { Reading } from './page-thread.ts';
import type { Stages } from './stages.ts';

export type Rendered = Extract<RenderOutcome, { kind: 'rendered' }>;

/** What is known of one page while it is crawled, and the one place where its result is put together. */
export interface PageRun {
  stage<T>(stage: CrawlStage, work: () => Promise<T>): Promise<T>;
  fetched(verdict: FetchVerdict): void;
  readable(): boolean;
  read(reading: Reading): void;
  /** Whether it is to be rendered, by what was read of it without. */
  wantsBrowser(): boolean;
  rendered(outcome: RenderOutcome): void;
  /** What the browser made of the page, if it was rendered. */
  page(): Rendered | null;
  /** Whether a request may have been sent: then the host's clock has to hear of it. */
  sentRequest(): boolean;
  end(): PageResult;
  failed(error: unknown): PageResult;
}

export function startPageRun(deps: { job: PageJob; worker: string; stages: Stages; emit: Emit }): PageRun {
  const { job, emit } = deps;
  const startedAt = performance.now();
  let fetch: FetchVerdict | null = null;
  let requestStarted = false;
  let reading: Reading | null = null;
  let rendered: Rendered | null = null;
  let renderCode: PageCode | null = null;
  let decision = decideRender(job, null);
  const cuts = new Set<CutKind>();

  function result(outcome: PageOutcome, code: PageCode | null): PageResult {
    for (const cut of [...(reading?.cuts ?? []), ...(fetch?.cuts ?? [])]) cuts.add(cut);
    for (const cut of cuts) emit({ type: 'page.cut', pageId: job.pageId, cut });
    if (reading) {
      const { findings, rejected, normalised, bytes, stages } = reading;
      const { seconds = 0 } = stages.find(({ stage }) => stage === 'extract') ?? {};
      emit({ type: 'page.read', pageId: job.pageId, findings, rejected, normalised, bytes, seconds });
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    emit({ type: 'page.crawled', pageId: job.pageId, outcome, code, seconds });
    return {
      v: 1,
      kind: 'page',
      leaseToken: job.leaseToken,
      pageId: job.pageId,
      campaignId: job.campaignId,
      worker: deps.worker,
      // A fetch that was cut off did not say when its last request started: at the latest, now.
      requestedAt: fetch ? fetch.requestedAt : requestStarted ? Date.now() : null,
      finishedAt: Date.now(),
      retryAfterMs: fetch?.retryAfterMs ?? null,
      ...(typeof fetch?.latencyMs === 'number' && { latencyMs: fetch.latencyMs }),
      address: fetch?.address,
      outcome,
      code,
      http: { status: fetch?.status ?? null, bytes: fetch?.bytes ?? 0, rendered: rendered !== null },
      cuts: [...cuts],
      links: [...(fetch?.links ?? []), ...(reading?.links ?? [])],
      sealed: reading?.sealed ?? null,
      findings: reading?.findings ?? 0,
      rejected: reading?.rejected ?? {},
      ...(outcome === 'done' && job.hostContext.revisit && fetch?.validators && { validators: fetch.validators }),
      ...evidence(outcome),
    };
  }

  function evidence(outcome: PageOutcome): Pick<PageResult, 'hostEvidence'> {
    if (reading === null || outcome !== 'done') return {};
    const told = { decision: decision === 'sample' && !rendered ? 'looks-whole' : decision, gained: reading.gained };
    emit({ type: 'page.render-decided', pageId: job.pageId, ...told });
    const kind = job.hostContext.render?.kind;
    const { content } = reading;
    return {
      hostEvidence: { ...(kind !== undefined && { render: { kind, ...told } }), ...(content !== null && { content }) },
    };
  }

  return {
    stage(stage, work) {
      requestStarted = true;
      return deps.stages.run(stage, job.pageId, work);
    },
    fetched(verdict) {
      fetch = verdict;
    },
    readable: () => fetch?.readable ?? false,
    read(next) {
      reading = next;
    },
    wantsBrowser() {
      // A browser would only show more of what is not to be kept.
      if (reading?.noindex) return false;
      decision = decideRender(job, reading);
      return isRendering(decision) && decision !== 'asked';
    },
    rendered(outcome) {
      if (outcome.kind === 'failed') {
        // A page that looked whole is not lost for a sample that failed.
        if (decision !== 'sample') renderCode = outcome.code;
        return;
      }
      rendered = outcome;
      for (const cut of outcome.cuts) cuts.add(cut);
    },
    page: () => rendered,
    sentRequest: () => requestStarted,
    end() {
      if (renderCode) return result('failed', renderCode);
      if (!fetch) return result('failed', 'internal-error');
      const { outcome, code } = fetch;
      if (outcome === 'done' && reading?.noindex) return result('excluded', 'noindex');
      if (outcome === 'done' && decision !== 'sample' && saysNothing(rendered, reading))
        return result('failed', 'render-incomplete');
      return result(outcome, code);
    },
    failed: (error) => result('failed', pageCodeOf(error)),
  };
}

/** A page whose scripts or data failed shows what a page without numbers shows. */
function saysNothing(rendered: Rendered | null, reading: Reading | null): boolean {
  if (rendered === null || (reading !== null && reading.findings > 0)) return false;
  return rendered.failedRequests > 0 || rendered.isUnfinished;
}

function pageCodeOf(error: unknown): PageCode {
  const code = error instanceof NumfleetError ? error.code : 'internal-error';
  if (code === 'aborted') return 'worker-lost';
  return code in pageCodes ? (code as PageCode) : 'internal-error';
}
