import { type Attributes, attribute } from '../html/attributes.ts';
import type { Tag } from '../html/tags.ts';

/** What a page's markup says of the region that it is for. */
export type PageHints = {
  openTag(tag: Tag, attributes: Attributes): void;
  /** Of `<html lang>`. */
  lang: string | null;
  /** Locales that it names elsewhere: `og:locale`, `content-language`. */
  locales: string[];
  /** Hosts that are its own: canonical address, `og:url`, `base`, and those of its e-mail addresses. */
  hosts: string[];
  /** Countries that it names outright: `geo.region`, `addressCountry`. As written. */
  countries: string[];
};

const mostHints = 32;

export function createPageHints(): PageHints {
  const hints: PageHints = {
    lang: null,
    locales: [],
    hosts: [],
    countries: [],
    openTag(tag, attributes) {
      if (tag.name === 'html') hints.lang ??= attributes.get(attribute.lang);
      else if (tag.name === 'meta') readMeta(hints, attributes);
      else if (tag.name === 'link') readLink(hints, attributes);
      else if (tag.name === 'a') readMail(hints, attributes);
      else if (tag.name === 'base') addHost(hints, attributes.get(attribute.href));
    },
  };
  return hints;
}

function readMeta(hints: PageHints, attributes: Attributes): void {
  const name = (
    attributes.get(attribute.name) ??
    attributes.get(attribute.property) ??
    attributes.get(attribute['http-equiv']) ??
    ''
  ).toLowerCase();
  const content = attributes.get(attribute.content);
  if (content === null) return;
  if (name === 'og:locale' || name === 'content-language' || name === 'language') add(hints.locales, content);
  else if (name === 'og:url' || name === 'twitter:url') addHost(hints, content);
  else if (name === 'geo.region' || name === 'geo.country' || name === 'og:country-name') add(hints.countries, content);
  else if (attributes.get(attribute.itemprop) === 'addressCountry') add(hints.countries, content);
}

function readLink(hints: PageHints, attributes: Attributes): void {
  if (attributes.get(attribute.rel)?.toLowerCase() === 'canonical') addHost(hints, attributes.get(attribute.href));
}

function readMail(hints: PageHints, attributes: Attributes): void {
  if (!attributes.begins(attribute.href, 'mailto:')) return;
  const host = /@([\w.-]+)/.exec(attributes.get(attribute.href) ?? '')?.[1];
  if (host !== undefined) add(hints.hosts, host);
}

function addHost(hints: PageHints, address: string | null): void {
  const host = /^\s*(?:https?:)?\/\/([\w.-]+)/i.exec(address ?? '')?.[1];
  if (host !== undefined) add(hints.hosts, host);
}

function add(list: string[], value: string): void {
  if (list.length < mostHints && value.trim() !== '') list.push(value.trim());
}
