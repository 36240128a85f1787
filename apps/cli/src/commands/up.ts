import { NumfleetError } from '@numfleet/contracts';
import type { Fleet } from '@numfleet/embedded';
import { abandonOnAbort } from '@numfleet/service';
import { exitCodes } from '../exit-codes.ts';
import { startOwnFleet } from '../own-fleet.ts';
import { createStartReporter } from '../progress.ts';
import type { Surroundings } from '../surroundings.ts';

/** `up`: runs the whole fleet on this machine until Ctrl-C. */
export async function up(around: Surroundings): Promise<number> {
  around.stderr.write('Starting the fleet …\n');
  await using fleet = await startOwnFleet('crawl', around, createStartReporter(around.stderr));
  announce(fleet, around);
  await untilStopped(fleet, around);
  around.stderr.write('Stopping the fleet …\n');
  return exitCodes.done;
}

/** Prints where the console is. The link signs in by itself: whoever can read this terminal may open it. */
export function announce(fleet: Fleet, around: Surroundings): void {
  for (const notice of fleet.notices) around.stderr.write(`${notice}\n`);
  const link = (next: string) => `${fleet.consoleUrl}/login?token=${fleet.token}&next=${encodeURIComponent(next)}`;
  around.stderr.write(`\n  console  ${link('/')}\n  queues   ${link('/queues')}\n\n  Ctrl-C stops the fleet.\n\n`);
}

/** Waits for Ctrl-C or SIGTERM; throws `fleet-unhealthy` when a part of the fleet is lost for good. */
export async function untilStopped(fleet: Fleet, around: Surroundings): Promise<void> {
  try {
    await abandonOnAbort(fleet.failed, around.signal);
  } catch (error) {
    if (!around.signal.aborted || !(error instanceof NumfleetError) || error.code !== 'aborted') throw error;
  }
}
