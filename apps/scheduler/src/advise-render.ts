import type { PageJob } from '@numfleet/contracts';
import type { UrlCodec } from '@numfleet/privacy';
import { type ClaimedPage, type KindEvidence, readRenderEvidence, type Store } from '@numfleet/store';
import { pageKindOf } from './page-kind.ts';

type Advice = NonNullable<PageJob['hostContext']['render']>;
export type AdviseRender = (pages: readonly ClaimedPage[]) => Promise<Map<string, Advice>>;

/**
 * Of each host and kind these pages are samples, and then one in so many. With the first three, half of a web of small
 * hosts was rendered: 257 of 540 saved pages, which took three times as long.
 */
const firstSamples = [0, 4];
const sampleEvery = 20;
/** Hosts and kinds whose pages are counted; of one that is forgotten the count begins anew. */
const maxCounted = 50_000;

/**
 * What goes with jobs about rendering, by page id, for campaigns that leave it to us. Samples are counted as they are given
 * out and not as their results come in, or all of a host's first window would be samples.
 */
export function createAdviseRender(deps: { store: Store; urls: UrlCodec }): AdviseRender {
  const given = new Map<string, number>();

  const isSample = (key: string, compared: number) => {
    // What was compared before this process began counts as the first samples.
    const count = given.get(key) ?? (compared === 0 ? 0 : (firstSamples[compared - 1] ?? firstSamples.at(-1) ?? 0) + 1);
    given.delete(key);
    given.set(key, count + 1);
    const [oldest] = given.keys();
    if (given.size > maxCounted && oldest !== undefined) given.delete(oldest);
    return firstSamples.includes(count) || count % sampleEvery === 0;
  };

  return async (pages) => {
    const undecided = pages.filter(({ render }) => render === 'auto');
    if (undecided.length === 0) return new Map();
    const evidence = await readRenderEvidence(
      deps.store,
      undecided.map(({ originId }) => originId),
    );
    return new Map(
      undecided.map(({ id, originId, url }): [string, Advice] => {
        const kind = pageKindOf(deps.urls.fromWire(url));
        const { needsBrowser, compared } = evidence.get(originId)?.find((one) => one.kind === kind) ?? unknown;
        if (needsBrowser) return [id, { kind, advice: 'browser' }];
        return [id, { kind, advice: isSample(`${originId}/${kind}`, compared) ? 'sample' : 'static' }];
      }),
    );
  };
}

const unknown: Omit<KindEvidence, 'kind'> = { compared: 0, needsBrowser: false };
