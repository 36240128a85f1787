import { type Attributes, attribute } from '../html/attributes.ts';
import { byteAt, textOf } from '../html/bytes.ts';
import { scanHtml } from '../html/scan-html.ts';
import { hasTrait, type Tag, tagNamed, traits } from '../html/tags.ts';
import { createTextWriter, type TextWriter } from '../text/folded-text.ts';
import { createPageText, type PageText } from '../text/page-text.ts';
import type { FoldedText } from '../text/sheet.ts';
import { descriptions, readAttributes } from './attribute-text.ts';
import { createPropertyReader, type DeclaredValue, declaring, type PropertyReader } from './declared-property.ts';
import { createHiddenElement, type HiddenElement, hiding } from './hidden-element.ts';
import { readJsonLd } from './json-ld.ts';
import { isFull, keep } from './keep.ts';
import { createPageHints, type PageHints } from './page-hints.ts';
import { isPhoneLink, mayBePhoneLink } from './phone-links.ts';
import { createRenderEvidence, naming, type RenderEvidence } from './render-evidence.ts';
import { kindOfScript, readScript } from './script-text.ts';
import { readVcards, type VcardNumber, vcardOfLink } from './vcards.ts';

export type ScanOptions = {
  /** Whether scripts have run, so that `<noscript>` is dead. */
  isRendered: boolean;
  /** Whether addresses of other pages are wanted. */
  wantsLinks: boolean;
};

/** What one pass over a page gathers for the readers of numbers, links and hints. Offsets are those of its UTF-8. */
export type ScannedPage = {
  text: FoldedText;
  /** String literals of its live scripts, and its JSON. */
  script: FoldedText;
  /** Descriptions in its attributes. */
  attributes: FoldedText;
  /** Links that dial, with the text that stood before them. */
  phoneLinks: { href: string; before: string; offset: number }[];
  jsonLd: DeclaredValue[];
  /** Those of scripts and of `data:` links. */
  vcards: VcardNumber[];
  /** Countries that its JSON-LD and its vCards name. */
  countries: string[];
  /** Microdata, RDFa and microformats. */
  properties: DeclaredValue[];
  /** Attributes that say that they hold a number. */
  declared: DeclaredValue[];
  /** It declares more than was kept. */
  isCut: boolean;
  /** `href` of `<a>` and `<area>`, and other addresses that lead to a page: frames, canonical links, and `<meta http-equiv=refresh>`. */
  references: string[];
  baseHref: string | null;
  hints: PageHints;
  /** `<meta name=robots content=nofollow>`, and its like. */
  nofollow: boolean;
  noindex: boolean;
  evidence: RenderEvidence;
};

/**
 * Reads a page once, in document order. Comments, style, scripts of other kinds, `<template>`s, the fallback contents of
 * `<iframe>` and `<noframes>`, and what an inline style hides are dead and give nothing.
 */
export function scanPage(bytes: Uint8Array, { isRendered, wantsLinks }: ScanOptions): ScannedPage {
  const scan: Scan = {
    bytes,
    wantsLinks,
    text: createPageText(bytes),
    script: createTextWriter(),
    attributes: createTextWriter(),
    properties: createPropertyReader(),
    hidden: createHiddenElement(),
    deadTemplates: 0,
    preformatted: false,
    deadTag: null,
    scriptType: null,
    page: {
      phoneLinks: [],
      jsonLd: [],
      vcards: [],
      countries: [],
      declared: [],
      references: [],
      baseHref: null,
      hints: createPageHints(),
      nofollow: false,
      noindex: false,
      evidence: createRenderEvidence(),
    },
  };
  scanHtml(bytes, { openTag, closeTag, text: readText, rawText: readRawText }, scan, isRendered);
  const properties = scan.properties.finish();
  const { phoneLinks, jsonLd, vcards, declared } = scan.page;
  return {
    ...scan.page,
    properties,
    isCut: [phoneLinks, jsonLd, vcards, declared, properties].some(isFull),
    text: scan.text.finish(),
    script: scan.script.finish(),
    attributes: scan.attributes.finish(),
  };
}

type Scan = {
  bytes: Uint8Array;
  wantsLinks: boolean;
  text: PageText;
  script: TextWriter;
  attributes: TextWriter;
  properties: PropertyReader;
  hidden: HiddenElement;
  deadTemplates: number;
  preformatted: boolean;
  /** The `<style>` or `<script>` that we are in; in SVG their contents come as text. */
  deadTag: Tag | null;
  /** Of the `<script>` that was opened last. */
  scriptType: string | null;
  page: Omit<ScannedPage, 'properties' | 'isCut' | 'text' | 'script' | 'attributes'>;
};

const mostCountries = 32;
/** Beyond it the words before a link are not looked at, which cost more than all else of it. */
const mostLabelled = 2_000;
const [template, script, style, a, area] = ['template', 'script', 'style', 'a', 'area'].map(tagNamed);
const newline = 0x0a;

/** Nothing is called for a tag, and no value looked at, unless one look at plain values says that something may come of it. */
function openTag(scan: Scan, tag: Tag, attributes: Attributes, closed: boolean, offset: number): void {
  if (tag === template || scan.deadTemplates > 0) {
    openTemplate(scan, tag, attributes);
    return;
  }
  const { page, hidden, properties } = scan;
  const { present } = attributes;
  if (hasTrait(tag, traits.block)) scan.text.breakLine();
  if (hasTrait(tag, traits.preformatted)) scan.preformatted = true;
  if (hasTrait(tag, traits.breaksOut)) scan.deadTag = null;
  if (hasTrait(tag, traits.scripted) || page.evidence.isAtRoot || (present & naming) !== 0)
    page.evidence.openTag(tag, attributes);
  if (!closed && (tag === script || tag === style)) scan.deadTag = tag;
  if (tag === script) {
    scan.scriptType = attributes.get(attribute.type);
    return;
  }
  if (hidden.isInside || (present & hiding) !== 0) hidden.open(tag, attributes, closed);
  if (properties.isInside || (present & declaring) !== 0) properties.open(tag, attributes, closed);
  if ((present & descriptions) !== 0 || attributes.hasData || hasTrait(tag, traits.valued))
    readAttributes(tag, attributes, scan.attributes, page.declared);
  if (!hasTrait(tag, traits.referring)) return;
  page.hints.openTag(tag, attributes);
  readReferences(scan, tag, attributes, offset);
}

/** A template's contents are not part of the page, but for a declarative shadow root's. */
function openTemplate(scan: Scan, tag: Tag, attributes: Attributes): void {
  if (tag !== template) return;
  if (scan.deadTemplates > 0 || attributes.get(attribute.shadowrootmode) === null) scan.deadTemplates += 1;
}

function readReferences({ page, text, wantsLinks }: Scan, tag: Tag, attributes: Attributes, offset: number): void {
  if (tag === a || tag === area) {
    text.endNumber();
    const mayDial = mayBePhoneLink(attributes);
    if (!wantsLinks && !mayDial) return;
    const href = attributes.get(attribute.href);
    if (href === null) return;
    if (mayDial && isPhoneLink(href)) {
      const { length } = page.phoneLinks;
      const before = length < mostLabelled ? text.tail() : '';
      keep(page.phoneLinks, { href, before, offset });
      return;
    }
    const vcard = mayDial ? vcardOfLink(href) : null;
    if (vcard !== null) takeVcards(page, vcard, offset);
    else if (wantsLinks && !/\bnofollow\b/i.test(attributes.get(attribute.rel) ?? '')) page.references.push(href);
  } else if (tag.name === 'frame' || tag.name === 'iframe') {
    const src = attributes.get(attribute.src);
    if (wantsLinks && src !== null) page.references.push(src);
  } else if (tag.name === 'link') {
    const href =
      wantsLinks && /\bcanonical\b/i.test(attributes.get(attribute.rel) ?? '') ? attributes.get(attribute.href) : null;
    if (href !== null) page.references.push(href);
  } else if (tag.name === 'base') {
    page.baseHref ??= attributes.get(attribute.href);
  } else if (tag.name === 'meta') {
    readMeta(page, attributes, wantsLinks);
  }
}

function readMeta(page: Scan['page'], attributes: Attributes, wantsLinks: boolean): void {
  const name = attributes.get(attribute.name)?.toLowerCase();
  if (name === 'robots' || name === 'numfleet') {
    const content = attributes.get(attribute.content) ?? '';
    page.nofollow ||= /\b(nofollow|none)\b/i.test(content);
    page.noindex ||= /\b(noindex|none)\b/i.test(content);
  }
  if (wantsLinks && attributes.get(attribute['http-equiv'])?.toLowerCase() === 'refresh') {
    const content = attributes.get(attribute.content) ?? '';
    const target = /^[\s\d.]*[;,]\s*(?:url\s*=\s*)?["']?([^"'\s][^"']*)/i.exec(content)?.[1];
    if (target !== undefined) page.references.push(target);
  }
}

function closeTag(scan: Scan, tag: Tag): void {
  if (tag === template) {
    scan.deadTemplates = Math.max(0, scan.deadTemplates - 1);
    return;
  }
  if (scan.deadTemplates > 0) return;
  if (hasTrait(tag, traits.block)) scan.text.breakLine();
  if (tag === a) scan.text.endNumber();
  if (hasTrait(tag, traits.preformatted)) scan.preformatted = false;
  if (tag === scan.deadTag) scan.deadTag = null;
  const { hidden, properties } = scan;
  const { evidence } = scan.page;
  if (evidence.isAtRoot || hasTrait(tag, traits.scripted)) evidence.closeTag(tag);
  if (hidden.isInside) hidden.close(tag);
  if (properties.isInside) properties.close(tag);
}

function readText(scan: Scan, start: number, end: number, digits: number, marks: number, isPlain: boolean): void {
  if (scan.deadTemplates > 0 || scan.deadTag !== null) return;
  scan.page.evidence.text(scan.bytes, start, end, marks);
  if (scan.hidden.isInside) return;
  if (scan.preformatted) addLines(scan, start, end, digits, marks, isPlain);
  else scan.text.add(start, end, digits, marks, isPlain);
  if (digits > 0 || marks > 0) scan.properties.text(scan.bytes, start, end);
}

function addLines(
  { bytes, text }: Scan,
  start: number,
  end: number,
  digits: number,
  marks: number,
  isPlain: boolean,
): void {
  let from = start;
  for (let at = start; at < end; at++) {
    if (byteAt(bytes, at) !== newline) continue;
    text.add(from, at, digits, marks, isPlain);
    text.breakLine();
    from = at + 1;
  }
  text.add(from, end, digits, marks, isPlain);
}

function readRawText(scan: Scan, tag: Tag, start: number, end: number): void {
  if (tag !== script || scan.deadTemplates > 0) return;
  const kind = kindOfScript(scan.scriptType);
  if (kind === 'json-ld') takeJsonLd(scan.page, textOf(scan.bytes, start, end), start);
  else if (kind === 'vcard') takeVcards(scan.page, textOf(scan.bytes, start, end), start);
  else if (kind !== 'data') readScript(scan.bytes, start, end, scan.script);
}

function takeJsonLd(page: Scan['page'], json: string, offset: number): void {
  const { numbers, countries } = readJsonLd(json);
  for (const number of numbers) keep(page.jsonLd, { ...number, offset });
  page.countries.push(...countries.slice(0, mostCountries - page.countries.length));
}

function takeVcards(page: Scan['page'], text: string, offset: number): void {
  const { numbers, countries } = readVcards(text);
  for (const number of numbers) keep(page.vcards, { ...number, offset });
  page.countries.push(...countries.slice(0, mostCountries - page.countries.length));
}
