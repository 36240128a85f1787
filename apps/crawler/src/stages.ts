import type { CrawlStage, Emit, Tracer } from '@numfleet/contracts';

/** The stages of a job, each measured and traced; `pageId` is null for a robots job. */
export interface Stages {
  run<T>(stage: CrawlStage, pageId: string | null, work: () => Promise<T>): Promise<T>;
  /** Says of a stage that it ran in another thread; `startedAt` in ms since the epoch. */
  ran(stage: CrawlStage, pageId: string, at: { startedAt: number; seconds: number }): void;
}

export function createStages({ emit, tracer }: { emit: Emit; tracer: Tracer }): Stages {
  return {
    run: (stage, pageId, work) =>
      tracer.span(stage, {}, async () => {
        const begun = performance.now();
        let ok = false;
        try {
          const value = await work();
          ok = true;
          return value;
        } finally {
          emit({ type: 'stage.ended', stage, pageId, seconds: (performance.now() - begun) / 1_000, ok });
        }
      }),
    ran(stage, pageId, at) {
      tracer.record(stage, {}, at);
      emit({ type: 'stage.ended', stage, pageId, seconds: at.seconds, ok: true });
    },
  };
}
