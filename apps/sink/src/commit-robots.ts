import type { RobotsResult } from '@numfleet/contracts';
import { normaliseUrl, type UrlCodec } from '@numfleet/privacy';
import type { Handled } from '@numfleet/queue';
import { commitRobotsResult, type RetryPolicy, type Store } from '@numfleet/store';
import { openUrl } from './open-result.ts';

export type CommitRobots = (result: RobotsResult) => Promise<Handled>;

/** Enters an origin's robots rules; its pages wait for them. */
export function createCommitRobots(deps: { store: Store; urls: UrlCodec; policy: RetryPolicy }): CommitRobots {
  return async (result) => {
    const opened = result.redirect && openUrl(result.redirect, deps.urls);
    if (result.redirect && opened === null) return { ending: 'dead-letter', code: 'contract-invalid' };
    const redirect = opened && normaliseUrl(opened);
    const redirectHost = redirect === null ? null : new URL(redirect).host;
    await deps.store.transaction((tx) =>
      commitRobotsResult(tx, { result, redirectHost }, { now: new Date(), policy: deps.policy }),
    );
    return { ending: 'done' };
  };
}
