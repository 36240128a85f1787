import type { Emit, RobotsResult } from '@numfleet/contracts';
import { normaliseUrl, type UrlCodec } from '@numfleet/privacy';
import type { Handled } from '@numfleet/queue';
import { commitRobotsResult, type HostNews, type RetryPolicy, type SitemapsOf, type Store } from '@numfleet/store';
import { openUrl } from './open-result.ts';
import { tellHost } from './tell-host.ts';

export type CommitRobots = (result: RobotsResult) => Promise<Handled>;

/** Enters an origin's robots rules; its pages wait for them. */
export function createCommitRobots(deps: {
  store: Store;
  urls: UrlCodec;
  policy: RetryPolicy;
  sitemapsOf: SitemapsOf;
  emit: Emit;
}): CommitRobots {
  return async (result) => {
    const opened = result.redirect && openUrl(result.redirect, deps.urls);
    if (result.redirect && opened === null) return { ending: 'dead-letter', code: 'contract-invalid' };
    const redirect = opened && normaliseUrl(opened);
    const redirectHost = redirect === null ? null : new URL(redirect).host;
    const hosts: HostNews[] = [];
    const { policy, sitemapsOf } = deps;
    const options = { now: new Date(), policy, sitemapsOf, onHost: (news: HostNews) => void hosts.push(news) };
    await deps.store.transaction((tx) => commitRobotsResult(tx, { result, redirectHost }, options));
    for (const news of hosts) tellHost(news, deps.emit);
    return { ending: 'done' };
  };
}
