import type { CampaignStatus, FleetEvent } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import { SingleBar } from 'cli-progress';
import type { ConsoleClient } from './console-client.ts';

const pollMs = 250;

/** Pages that need nothing more. */
function settled({ pages }: CampaignStatus): number {
  return (pages.done ?? 0) + (pages.failed ?? 0) + (pages.excluded ?? 0);
}

function discovered({ pages }: CampaignStatus): number {
  return Object.values(pages).reduce((sum, count) => sum + count, 0);
}

/** Waits until a campaign is finished or cancelled; shows a bar on a terminal, and a line every 5 s elsewhere. */
export async function waitForCampaign(deps: {
  console: ConsoleClient;
  campaign: string;
  stderr: NodeJS.WriteStream;
  quiet: boolean;
  signal: AbortSignal;
}): Promise<CampaignStatus> {
  const show = deps.quiet ? { update() {}, stop() {} } : createBar(deps.stderr);
  try {
    while (true) {
      const status = await deps.console.status(deps.campaign);
      show.update(status);
      if (status.state === 'finished' || status.state === 'cancelled') return status;
      await sleep(pollMs, deps.signal);
    }
  } finally {
    show.stop();
  }
}

function createBar(stderr: NodeJS.WriteStream) {
  if (!stderr.isTTY) return createLines(stderr);
  const format = ' crawling {bar} {value}/{total} pages · {numbers} numbers · {leased} in work · {failed} failed';
  const bar = new SingleBar({ format, barsize: 24, stream: stderr, hideCursor: true, clearOnComplete: false });
  bar.start(1, 0, { numbers: 0, leased: 0, failed: 0 });
  return {
    update(status: CampaignStatus) {
      bar.setTotal(Math.max(1, discovered(status)));
      const { leased = 0, failed = 0 } = status.pages;
      bar.update(settled(status), { numbers: status.numbers, leased, failed });
    },
    stop: () => bar.stop(),
  };
}

function createLines(stderr: NodeJS.WriteStream) {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    update(status: CampaignStatus) {
      if (performance.now() - shownAt < 5_000 && status.state !== 'finished') return;
      shownAt = performance.now();
      const { leased = 0 } = status.pages;
      stderr.write(
        `crawling: ${settled(status)}/${discovered(status)} pages, ${leased} in work, ${status.numbers} numbers\n`,
      );
    },
    stop() {},
  };
}

/** Shows the processes of a fleet as they come up, and every exit that was not asked for. */
export function createStartReporter(stderr: NodeJS.WriteStream) {
  return (event: FleetEvent): void => {
    if (event.type === 'process.spawned') stderr.write(`  ${event.process} started (pid ${event.pid})\n`);
    if (event.type === 'process.exited' && !event.asked) {
      stderr.write(`  ${event.process} ended unasked (${event.signal ?? `exit code ${event.exitCode}`})\n`);
    }
    if (event.type === 'process.restarting') {
      stderr.write(`  ${event.process} is started again in ${Math.round(event.inMs)} ms\n`);
    }
  };
}
