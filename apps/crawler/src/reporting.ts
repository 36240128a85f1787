import type { BrowserPool } from '@numfleet/browser';
import { queueNames } from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';
import type { WorkerReporting } from '@numfleet/service';

/** What a crawler says of itself goes by queue, since it reaches no database; the sink keeps it. */
export function createReporting(deps: {
  reports: JobQueue<typeof queueNames.reports>;
  browsers: BrowserPool;
  capacity: number;
}): WorkerReporting {
  return {
    app: 'crawler',
    work: { queue: queueNames.crawl, capacity: deps.capacity },
    async browsers() {
      const { sandbox, browsers } = await deps.browsers.state();
      return {
        browsers: browsers.length,
        browserPages: browsers.reduce((sum, { pagesOpen }) => sum + pagesOpen, 0),
        sandboxed: sandbox?.on ?? null,
      };
    },
    send: (report) => deps.reports.add([{ v: 1, kind: 'report', report: { ...report, app: 'crawler' } }]),
  };
}
