import { createHash } from 'node:crypto';
import type { CampaignSettings, PageCode, WireUrl } from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';
import type { OfferedShape } from './traps/shape-counts.ts';
import { urlShapeOf, urlTrapOf } from './traps/url-trap.ts';

/** What a campaign takes: its settings, and the hosts that its scope is measured by. */
export interface Scope {
  settings: CampaignSettings;
  hosts: ReadonlySet<string>;
}

export interface FoundUrl {
  /** Normalised and absolute. */
  url: string;
  via: OfferedPage['via'];
  depth: number;
  foundOn: string | null;
  /** The URL as it may rest, from whoever has opened it: that spares what it takes to see that it is sensitive, and to encrypt it. */
  sealed?: WireUrl;
}

/** The registrable domain of a host name; null for an IP address. */
export type DomainOf = (hostname: string) => string | null;

export type OfferPage = (found: FoundUrl, scope: Scope) => OfferedPage;

/**
 * Judges a URL for a campaign: in scope, not too deep, not denied, and none of endlessly many. A seed was asked for by name, so
 * it is never refused.
 */
export function createOfferPage(deps: {
  toWire: (url: string) => WireUrl;
  pageKeyOf: (url: string) => Buffer;
  domainOf: DomainOf;
  now?: () => Date;
}): OfferPage {
  const now = deps.now ?? (() => new Date());
  const judge = (found: FoundUrl, url: URL, scope: Scope): Pick<OfferedPage, 'excluded' | 'shape'> => {
    const excluded = whyExcluded(found, url, scope, deps.domainOf) ?? urlTrapOf(url, now());
    return { excluded, ...(excluded === null && shapeOf(url)) };
  };
  return (found, scope) => {
    const url = new URL(found.url);
    return {
      host: url.host,
      origin: url.origin,
      pageKey: deps.pageKeyOf(found.url),
      url: found.sealed ?? deps.toWire(found.url),
      depth: found.depth,
      via: found.via,
      foundOn: found.foundOn,
      ...(found.via === 'seed' ? { excluded: null } : judge(found, url, scope)),
    };
  };
}

function shapeOf(url: URL): { shape?: OfferedShape } {
  const shape = urlShapeOf(url);
  if (shape === null) return {};
  const { text, most, code } = shape;
  return { shape: { key: createHash('sha256').update(text).digest().subarray(0, 16), most, code } };
}

/** Whether a redirect of a seed stays within the registrable domain of a host in scope: then its host joins the scope. */
export function isSeedMoved(to: string, scope: Scope, domainOf: DomainOf): boolean {
  return isInDomains(new URL(to), scope.hosts, domainOf);
}

function whyExcluded(found: FoundUrl, url: URL, { settings, hosts }: Scope, domainOf: DomainOf): PageCode | null {
  if (settings.scope === 'host' && !hosts.has(url.host)) return 'out-of-scope';
  if (settings.scope === 'domain' && !isInDomains(url, hosts, domainOf)) return 'out-of-scope';
  if (found.depth > settings.depth) return 'too-deep';
  if (settings.deny !== null && new RegExp(settings.deny, 'u').test(found.url)) return 'denied';
  if (settings.allow !== null && !new RegExp(settings.allow, 'u').test(found.url)) return 'denied';
  return null;
}

function isInDomains(url: URL, hosts: ReadonlySet<string>, domainOf: DomainOf): boolean {
  if (hosts.has(url.host)) return true;
  const domain = domainOf(url.hostname);
  return domain !== null && [...hosts].some((host) => domainOf(new URL(`http://${host}`).hostname) === domain);
}
