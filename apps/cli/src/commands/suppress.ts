import { NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import { createMalformedTeller, type NumberListOptions, readNumberList, regionOf } from '../numbers/number-list.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * `suppress [--file F]`: keeps the numbers of a list, such as one of people who opted out, from being stored from now on. Exits 3
 * where a line was no number.
 */
export async function suppress(options: NumberListOptions, around: Surroundings): Promise<number> {
  const region = regionOf(options);
  const malformed = createMalformedTeller(around.stderr);
  const total = { added: 0, known: 0 };
  {
    await using session = await openSession('look', around, () => {});
    using progress = showProgress(around.stderr, 'bytes');
    for await (const batch of readNumberList(options, around)) {
      const report = await session.console.suppress({ numbers: batch.numbers, region });
      malformed.tell(report.malformed, batch);
      progress.update(batch.bytesRead, Math.max(batch.bytes, batch.bytesRead));
      total.added += report.added;
      total.known += report.known;
    }
  }
  const given = total.added + total.known + malformed.count;
  if (given === 0) throw new NumfleetError('usage', 'No number was given, one a line.');
  const said = `${total.added} numbers added, ${total.known} known already, ${malformed.count} lines malformed.`;
  around.stdout.write(options.json ? `${JSON.stringify({ ...total, malformed: malformed.count })}\n` : `${said}\n`);
  return malformed.count > 0 ? exitCodes.finishedWithFailures : exitCodes.done;
}
