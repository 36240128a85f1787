import { NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import { createMalformedTeller, type NumberListOptions, readNumberList, regionOf } from '../numbers/number-list.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';
import { vacuum } from '../vacuum.ts';

export interface EraseOptions extends NumberListOptions {
  reason?: string;
}

/**
 * `erase --reason R`: takes the numbers of a list away and keeps them from coming back. Prints a certificate for each thousand
 * of them, a line of JSON; what was done in all goes to stderr. Exits 3 where a line was no number.
 */
export async function erase(options: EraseOptions, around: Surroundings): Promise<number> {
  const reason = options.reason?.trim();
  if (!reason) throw new NumfleetError('purpose-missing', 'An erasure is audited: say why with --reason "…".');
  const region = regionOf(options);
  const malformed = createMalformedTeller(around.stderr);
  const total = { subjects: 0, numbers: 0, sightings: 0 };
  {
    await using session = await openSession('look', around, () => {});
    using progress = showProgress(around.stderr, 'bytes');
    for await (const batch of readNumberList(options, around)) {
      const report = await session.console.erase({ numbers: batch.numbers, region, reason });
      malformed.tell(report.malformed, batch);
      progress.update(batch.bytesRead, Math.max(batch.bytes, batch.bytesRead));
      if (report.certificate === null) continue;
      around.stdout.write(`${JSON.stringify(report.certificate)}\n`);
      total.subjects += report.certificate.subjects.length;
      total.numbers += report.certificate.erased.numbers;
      total.sightings += report.certificate.erased.sightings;
    }
  }
  if (total.subjects + malformed.count === 0) throw new NumfleetError('usage', 'No number was given, one a line.');
  const vacuumed = total.numbers > 0 && (await vacuum(['numbers', 'sightings'], around));
  if (!options.json) {
    const after = vacuumed ? ' Their deleted rows were vacuumed.' : '';
    const gone = `${total.numbers} stored numbers and ${total.sightings} sightings are gone.${after}`;
    around.stderr.write(`${total.subjects} numbers will not be stored again; ${gone}\n`);
  }
  return malformed.count > 0 ? exitCodes.finishedWithFailures : exitCodes.done;
}
