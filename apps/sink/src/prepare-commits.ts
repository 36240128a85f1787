import type { PlainFinding } from '@numfleet/privacy';
import type { CampaignNumbers, NumberVault, Suppressor } from '@numfleet/privacy/inside';
import {
  type DomainOf,
  ensureCampaignKey,
  isSeedMoved,
  type OfferPage,
  type OfferSitemap,
  type PageCommit,
  type PageContext,
  readPageContexts,
  readScope,
  type Scope,
  type SealedNumber,
  type Store,
  widenScope,
} from '@numfleet/store';
import { offerListed } from './offer-listed.ts';
import type { OpenedResult } from './open-result.ts';

/** Stage 5.2. A page that is not there any more gets no links; its commit will find it stale. */
export type PrepareCommits = (opened: readonly OpenedResult[]) => Promise<PageCommit[]>;

export function createPrepareCommits(deps: {
  store: Store;
  vault: NumberVault;
  suppressor: Suppressor;
  offerPage: OfferPage;
  offerSitemap: OfferSitemap;
  domainOf: DomainOf;
}): PrepareCommits {
  return async (opened) => {
    const contexts = await readPageContexts(
      deps.store,
      opened.map(({ result }) => result.pageId),
    );
    const scopes = new Map<string, Scope>();
    for (const { campaignId } of contexts.values()) {
      if (!scopes.has(campaignId)) scopes.set(campaignId, await readScope(deps.store, campaignId));
    }
    const numbersOf = createNumbersOf();
    const commits: PageCommit[] = [];
    for (const one of opened) {
      const { result, findings } = one;
      const context = contexts.get(result.pageId);
      const scope = context && scopes.get(context.campaignId);
      const links = context && scope ? await offerFound(one, context, scope) : [];
      const campaign = findings.length > 0 && context ? await numbersOf(context) : null;
      const numbers = campaign === null ? [] : findings.map((finding) => sealForRest(finding, campaign));
      commits.push({ result, numbers, links });
    }
    return commits;
  };

  /** Each campaign's numbers once a batch; null of one that was shredded. Its key is made with the first of them. */
  function createNumbersOf(): (context: PageContext) => Promise<CampaignNumbers | null> {
    const opened = new Map<string, Promise<CampaignNumbers | null>>();
    return (context) => {
      const numbers = opened.get(context.campaignId) ?? openNumbers(context);
      opened.set(context.campaignId, numbers);
      return numbers;
    };
  }

  async function openNumbers({ campaignId, wrappedKey, shredded }: PageContext): Promise<CampaignNumbers | null> {
    if (shredded) return null;
    const wrapped = wrappedKey ?? (await makeKey(campaignId));
    return wrapped && (await deps.vault.open(campaignId, wrapped));
  }

  /** Another sink may have been first: then its key is the campaign's. */
  async function makeKey(campaignId: string): Promise<Buffer | null> {
    const made = await deps.vault.makeKey(campaignId);
    return (await ensureCampaignKey(deps.store, { campaignId, ...made, now: new Date() })).wrapped;
  }

  function sealForRest({ number, ...finding }: PlainFinding, campaign: CampaignNumbers): SealedNumber {
    return {
      ...finding,
      blindIndex: deps.vault.blindIndex(number),
      lineIndex: deps.vault.lineIndex(number),
      suppressionIndex: deps.suppressor.indexOf(number),
      ciphertext: campaign.encrypt(number),
    };
  }

  async function offerFound(
    { result, links, sitemaps }: OpenedResult,
    context: PageContext,
    scope: Scope,
  ): Promise<PageCommit['links']> {
    if (result.kind === 'page') return await offerLinks(links, context, scope);
    const { sitemapFor, host: sitemapHost } = context;
    // A crawler that calls a page a sitemap is no crawler of ours.
    return sitemapFor === null
      ? []
      : offerListed({ links, sitemaps }, { ...context, sitemapFor, sitemapHost }, scope, deps);
  }

  async function offerLinks(
    found: OpenedResult['links'],
    context: PageContext,
    scope: Scope,
  ): Promise<PageCommit['links']> {
    const moved = context.depth === 0 ? found.filter((link) => isMovedSeed(link, scope)) : [];
    const hosts = moved.map((link) => new URL(link.url).host).filter((host) => !scope.hosts.has(host));
    if (hosts.length > 0) await widenScope(deps.store, context.campaignId, hosts);
    const widened = { ...scope, hosts: new Set([...scope.hosts, ...hosts]) };
    return found.map((link) =>
      // A redirect is the same step of the way; a link is one more.
      deps.offerPage(
        { ...link, depth: context.depth + (link.via === 'link' ? 1 : 0), foundOn: context.pageId },
        widened,
      ),
    );
  }

  function isMovedSeed(link: { url: string; via: string }, scope: Scope): boolean {
    return link.via === 'redirect' && isSeedMoved(link.url, scope, deps.domainOf);
  }
}
