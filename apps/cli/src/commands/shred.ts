import { NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { vacuum } from '../vacuum.ts';

export interface ShredOptions {
  reason?: string;
  json?: boolean;
}

/**
 * `shred CAMPAIGN --reason R`: takes a campaign's key away, and all that it found. Prints the certificate, a line of JSON; what was
 * done goes to stderr.
 */
export async function shred(campaign: string, options: ShredOptions, around: Surroundings): Promise<number> {
  const reason = options.reason?.trim();
  if (!reason) throw new NumfleetError('purpose-missing', 'Shredding is audited: say why with --reason "…".');
  {
    await using session = await openSession('look', around, () => {});
    const certificate = await session.console.shred(campaign, reason);
    around.stdout.write(`${JSON.stringify(certificate)}\n`);
    const { numbers, sightings } = certificate.erased;
    const gone = `${numbers} stored numbers and ${sightings} sightings are gone`;
    if (!options.json) around.stderr.write(`${gone}, and the key that copies of them would open under.\n`);
  }
  await vacuum(['campaign_keys', 'numbers', 'sightings'], around);
  return exitCodes.done;
}
