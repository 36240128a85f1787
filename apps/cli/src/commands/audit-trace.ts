import { text } from 'node:stream/consumers';
import { type NumberTrace, NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import { regionOf } from '../numbers/number-list.ts';
import type { Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';
import { writeNew } from '../write-new.ts';

export interface TraceNumberOptions {
  purpose?: string;
  region?: string;
  /** Where to write it as a picture, SVG. */
  picture?: string;
  json?: boolean;
}

/** `audit trace`: the whole life of the number that stands on standard input. Itself an act that the audit tells of. */
export async function auditTrace(options: TraceNumberOptions, around: Surroundings): Promise<number> {
  const purpose = options.purpose?.trim();
  if (!purpose) throw new NumfleetError('purpose-missing', 'A trace is audited: say why with --purpose "…".');
  const region = regionOf(options);
  const number = (await text(around.stdin)).trim();
  if (number === '' || number.length > 100) {
    throw new NumfleetError('number-malformed', 'Standard input is to hold one phone number.');
  }
  await using session = await openSession('look', around, () => {});
  const trace = await session.console.traceNumber({ number, region, purpose, picture: options.picture !== undefined });
  if (options.picture !== undefined) await writeNew(options.picture, trace.picture ?? '');
  around.stdout.write(options.json ? `${JSON.stringify(trace)}\n` : tell(trace));
  return exitCodes.done;
}

const shownSightings = 50;

function tell(trace: NumberTrace): string {
  const { number, suppressed, campaigns, sightings, sightingsTotal, events, keys } = trace;
  const parts = [`${number}: in ${campaigns.length} campaigns, seen ${sightingsTotal} times.`];
  if (suppressed !== null) parts.push(`Since ${suppressed.since} it is not stored any more (${suppressed.reason}).`);
  if (campaigns.length > 0) {
    const rows = campaigns.map(({ campaign, purpose, firstSeen, retentionDays, type }) => {
      return [campaign, purpose, type, firstSeen, `${retentionDays} days`];
    });
    parts.push('', tableOf(['campaign', 'purpose', 'type', 'first seen', 'kept for'], rows));
  }
  if (sightings.length > 0) {
    const rows = sightings.slice(0, shownSightings).map(({ campaign, at, url, source, worker, expires }) => {
      return [at, campaign, url, source, worker ?? '', expires.slice(0, 10)];
    });
    parts.push('', tableOf(['seen', 'campaign', 'page', 'source', 'worker', 'gone by'], rows));
    if (sightingsTotal > shownSightings) parts.push(`The newest ${shownSightings}; --json tells more.`);
  }
  if (events.length > 0) {
    const rows = events.map(({ at, actor, action, campaign, details }) => {
      const why = details.purpose ?? details.reason ?? '';
      return [at, actor, action, campaign ?? '', String(why), String(details.numbers ?? '')];
    });
    parts.push('', tableOf(['at', 'who', 'what', 'campaign', 'why', 'numbers'], rows));
  }
  const held = Object.entries(keys).map(([name, id]) => `${name} ${id}`);
  if (held.length > 0 && campaigns.length > 0) parts.push('', `Keys: ${held.join(', ')}.`);
  return `${parts.join('\n')}\n`;
}
