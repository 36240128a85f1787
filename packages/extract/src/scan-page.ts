import { type Attributes, emitHtmlEvents } from './html-events.ts';
import { createPageText, type PageText } from './page-text.ts';
import { createRenderEvidence, type RenderEvidence } from './render-evidence.ts';
import { isBlock, isDeadRawText, isPreformatted, isVoid } from './tags.ts';

/** What one pass over a page gathers for the readers of numbers, links and hints. Nothing of it is folded yet. */
export type ScannedPage = {
  text: PageText;
  /** `href` of `<a>` and `<area>`, with the text that stood before the link. */
  anchors: { href: string; before: string }[];
  /** Other addresses that lead to a page: frames, and `<meta http-equiv=refresh>`. */
  frames: string[];
  baseHref: string | null;
  jsonLd: string[];
  /** Values of `itemprop=telephone` and `faxNumber`. */
  microdata: { value: string; isFax: boolean }[];
  /** Of `<html lang>`. */
  lang: string | null;
  ogLocale: string | null;
  /** `<meta name=robots content=nofollow>`. */
  nofollow: boolean;
  evidence: RenderEvidence;
};

/**
 * Reads a page once, in document order. Comments, style, scripts (but JSON-LD), `<template>`s and the fallback contents of
 * `<iframe>` and `<noframes>` are dead and give nothing. `<noscript>` is text, since no script has run; so is, for now,
 * what is hidden by `hidden` or a style.
 */
export function scanPage(html: string): ScannedPage {
  const scan: Scan = {
    page: {
      text: createPageText(),
      anchors: [],
      frames: [],
      baseHref: null,
      jsonLd: [],
      microdata: [],
      lang: null,
      ogLocale: null,
      nofollow: false,
      evidence: createRenderEvidence(),
    },
    dead: null,
    deadTemplates: 0,
    preformatted: false,
    property: null,
  };
  emitHtmlEvents(html, {
    onOpenTag: (name, attributes, closed) => openTag(scan, name, attributes, closed),
    onCloseTag: (name) => closeTag(scan, name),
    onText: (text) => readText(scan, text),
  });
  endProperty(scan);
  return scan.page;
}

type Scan = {
  page: ScannedPage;
  /** The script, style or the like that we are in, and its text where that is wanted. */
  dead: { name: string; isJsonLd: boolean; text: string } | null;
  deadTemplates: number;
  preformatted: boolean;
  /** The element with `itemprop=telephone` whose text is being gathered. */
  property: { name: string; depth: number; value: string; isFax: boolean } | null;
};

/** A telephone number is no longer than this; beyond it the element was left open. */
const maxPropertyLength = 100;
const contextLength = 40;

function openTag(scan: Scan, name: string, attributes: Attributes, closed: boolean): void {
  if (scan.dead !== null) return;
  if (isDeadRawText(name)) openDeadRawText(scan, name, attributes, closed);
  else if (name === 'template') openTemplate(scan, attributes);
  else if (scan.deadTemplates === 0) openLiveTag(scan, name, attributes, closed);
}

function openDeadRawText(scan: Scan, name: string, attributes: Attributes, closed: boolean): void {
  const isLive = scan.deadTemplates === 0;
  const isJsonLd = name === 'script' && /^\s*application\/ld\+json\b/i.test(attributes.type ?? '');
  if (!closed) scan.dead = { name, isJsonLd: isLive && isJsonLd, text: '' };
  if (!isLive) return;
  if (name === 'script') scan.page.evidence.openTag(name, attributes);
  if (name === 'iframe' && attributes.src !== undefined) scan.page.frames.push(attributes.src);
  if (isBlock(name)) scan.page.text.breakLine();
}

/** A template's contents are not part of the page, but for a declarative shadow root's. */
function openTemplate(scan: Scan, attributes: Attributes): void {
  if (scan.deadTemplates > 0 || attributes.shadowrootmode === undefined) scan.deadTemplates += 1;
}

function openLiveTag(scan: Scan, name: string, attributes: Attributes, closed: boolean): void {
  if (isBlock(name)) scan.page.text.breakLine();
  if (isPreformatted(name)) scan.preformatted = true;
  scan.page.evidence.openTag(name, attributes);
  readMeaning(scan.page, name, attributes);
  if (!closed && !isVoid(name)) trackProperty(scan, name, attributes);
}

function readMeaning(page: ScannedPage, name: string, attributes: Attributes): void {
  const { href, src, itemprop, content } = attributes;
  if (name === 'a') page.text.endNumber();
  if ((name === 'a' || name === 'area') && href !== undefined && !/\bnofollow\b/i.test(attributes.rel ?? '')) {
    page.anchors.push({ href, before: page.text.tail(contextLength) });
  }
  if (name === 'frame' && src !== undefined) page.frames.push(src);
  if (name === 'base' && href !== undefined) page.baseHref ??= href;
  if (name === 'html') page.lang ??= attributes.lang ?? null;
  if (name === 'meta' && content !== undefined) readMeta(page, attributes, content);
  if (content !== undefined && isTelephoneProperty(itemprop)) {
    page.microdata.push({ value: content, isFax: isFaxProperty(itemprop) });
  }
}

function readMeta(page: ScannedPage, attributes: Attributes, content: string): void {
  const name = (attributes.name ?? attributes.property ?? '').toLowerCase();
  if ((name === 'robots' || name === 'numfleet') && /\b(nofollow|none)\b/i.test(content)) page.nofollow = true;
  if (name === 'og:locale') page.ogLocale ??= content;
  if (attributes['http-equiv']?.toLowerCase() === 'refresh') {
    const target = /^[\s\d.]*[;,]\s*(?:url\s*=\s*)?["']?([^"'\s][^"']*)/i.exec(content)?.[1];
    if (target !== undefined) page.frames.push(target);
  }
}

function trackProperty(scan: Scan, name: string, { itemprop, content }: Attributes): void {
  if (scan.property !== null) {
    if (scan.property.name === name) scan.property.depth += 1;
  } else if (content === undefined && isTelephoneProperty(itemprop)) {
    scan.property = { name, depth: 1, value: '', isFax: isFaxProperty(itemprop) };
  }
}

function closeTag(scan: Scan, name: string): void {
  if (scan.dead !== null) closeDeadRawText(scan, scan.dead, name);
  else if (name === 'template') scan.deadTemplates = Math.max(0, scan.deadTemplates - 1);
  else if (scan.deadTemplates === 0) closeLiveTag(scan, name);
}

function closeDeadRawText(scan: Scan, dead: NonNullable<Scan['dead']>, name: string): void {
  if (name !== dead.name) return;
  if (name === 'script' && staysOpen(dead.text)) {
    dead.text = '';
    return;
  }
  if (dead.isJsonLd) scan.page.jsonLd.push(dead.text);
  scan.dead = null;
}

function closeLiveTag(scan: Scan, name: string): void {
  if (isBlock(name)) scan.page.text.breakLine();
  if (name === 'a') scan.page.text.endNumber();
  if (isPreformatted(name)) scan.preformatted = false;
  scan.page.evidence.closeTag(name);
  if (scan.property?.name === name && --scan.property.depth === 0) endProperty(scan);
}

/**
 * Whether a script's first `</script>` ended only a script written inside a `<!--` of it (the standard's
 * "script data double escaped state", which htmlparser2 does not know): what follows is still script.
 */
function staysOpen(script: string): boolean {
  const comment = script.lastIndexOf('<!--');
  if (comment === -1 || script.indexOf('-->', comment) !== -1) return false;
  return /<script[\s/>]/i.test(script.slice(comment));
}

function readText(scan: Scan, text: string): void {
  if (scan.dead !== null) {
    if (scan.dead.name === 'script') scan.dead.text += text;
    return;
  }
  if (scan.deadTemplates > 0) return;
  scan.page.evidence.text(text);
  if (scan.preformatted) {
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) scan.page.text.breakLine();
      scan.page.text.append(line);
    }
  } else {
    scan.page.text.append(text);
  }
  if (scan.property === null) return;
  scan.property.value += text;
  if (scan.property.value.length > maxPropertyLength) endProperty(scan);
}

function endProperty(scan: Scan): void {
  if (scan.property === null) return;
  const { value, isFax } = scan.property;
  scan.page.microdata.push({ value: value.slice(0, maxPropertyLength), isFax });
  scan.property = null;
}

function isTelephoneProperty(itemprop: string | undefined): itemprop is string {
  return itemprop !== undefined && /(^|[\s/:])(telephone|faxNumber)(\s|$)/i.test(itemprop);
}

function isFaxProperty(itemprop: string): boolean {
  return /faxNumber/i.test(itemprop);
}
