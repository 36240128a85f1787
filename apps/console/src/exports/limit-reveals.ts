import { type Emit, NumfleetError } from '@numfleet/contracts';
import { countDisclosures, type Store } from '@numfleet/store';

/** Within an hour, for one token: beyond the first it is told as unusual, beyond the second refused. */
const usual = { times: 10, numbers: 100_000 };
const allowed = { times: 60, numbers: 10_000_000 };
const hourMs = 3_600_000;

/** To be called before numbers are shown or traced at somebody's request. Throws `too-many-reveals`. */
export type LimitReveals = (actor: string) => Promise<void>;

/**
 * Counted by the audit, so that neither a restart nor a second console forgets. Who took a token and takes out what they can
 * is noticed by the alarm on `numfleet_reveals_unusual_total`, and held up by the limit.
 */
export function createLimitReveals(deps: { store: Store; now: () => Date; emit: Emit }): LimitReveals {
  return async (actor) => {
    const shown = await countDisclosures(deps.store, { actor, since: new Date(deps.now().getTime() - hourMs) });
    if (!exceeds(shown, usual)) return;
    const refused = exceeds(shown, allowed);
    deps.emit({ type: 'reveals.unusual', ...shown, refused });
    if (!refused) return;
    throw new NumfleetError(
      'too-many-reveals',
      `This token was shown numbers ${shown.times} times within the hour, ${shown.numbers} in all. Wait, or ask for fewer.`,
    );
  };
}

function exceeds(shown: typeof usual, limit: typeof usual): boolean {
  return shown.times >= limit.times || shown.numbers >= limit.numbers;
}
