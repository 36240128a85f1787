import { Parser } from 'htmlparser2';

/** What a sitemap lists: pages, or further sitemaps; `unknown` is no sitemap at all. */
type SitemapKind = 'pages' | 'index' | 'unknown';

export interface Sitemap {
  kind: SitemapKind;
  /** As written, trimmed, each once, in order: the caller resolves and normalises them. */
  urls: string[];
  /** More were listed than are read, or one that is longer than a URL may be. */
  cut: boolean;
}

export interface SitemapReader {
  /** False when nothing more is wanted. */
  write(chunk: Uint8Array): boolean;
  /** `isWhole` is false where it was cut: the URL at the cut is half a URL. */
  end(isWhole: boolean): Sitemap;
}

/** sitemaps.org: "no more than 50,000 URLs and no larger than 50MB (52,428,800 bytes)", uncompressed. */
export const mostSitemapUrls = 50_000;
export const sitemapMaxBytes = 52_428_800;
/** sitemaps.org says less than 2,048 characters; what is longer is no URL that could be crawled. */
const longestUrl = 2_048;

/**
 * Reads a sitemap as it comes (sitemaps.org 0.9): `<urlset>`, `<sitemapindex>`, RSS and Atom, or text with a URL a line.
 * Takes any bytes without an error, in linear time, and keeps nothing of them but URLs. No entity is expanded but XML's
 * own five and characters by their number, so that a DTD has nothing to multiply.
 */
export function createSitemapReader(): SitemapReader {
  const found = createUrlList();
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let format: Format | null = null;
  let head = '';
  const feed = (text: string) => {
    if (format) return format.write(text);
    head += text;
    const begun = head.trimStart();
    // What it is shows at its first character; white space without end is no sitemap either.
    if (begun === '' && head.length < longestUrl) return;
    format = begun.startsWith('<') ? createXmlFormat(found) : createTextFormat(found);
    format.write(begun);
    head = '';
  };
  return {
    write(chunk) {
      decoder ??= new TextDecoder(encodingOf(chunk));
      feed(decoder.decode(chunk, { stream: true }));
      return !found.isFull() && !format?.isHopeless();
    },
    end(isWhole) {
      if (decoder) feed(decoder.decode());
      const kind = format?.end(isWhole) ?? 'unknown';
      return { kind, urls: kind === 'unknown' ? [] : found.urls(), cut: found.isCut() };
    },
  };
}

interface UrlList {
  add(text: string): void;
  /** One more was offered than is taken. */
  isFull(): boolean;
  /** Not all that was offered was taken. */
  isCut(): boolean;
  urls(): string[];
}

function createUrlList(): UrlList {
  const urls = new Set<string>();
  let [full, tooLong] = [false, false];
  return {
    add(text) {
      const url = text.trim();
      tooLong ||= url.length > longestUrl;
      if (url === '' || url.length > longestUrl || urls.has(url)) return;
      if (urls.size >= mostSitemapUrls) full = true;
      else urls.add(url);
    },
    isFull: () => full,
    isCut: () => full || tooLong,
    urls: () => [...urls],
  };
}

/** UTF-8 is asked for; UTF-16 tells by its mark, and old feeds by their XML declaration. */
function encodingOf(chunk: Uint8Array): string {
  if (chunk[0] === 0xfe && chunk[1] === 0xff) return 'utf-16be';
  if (chunk[0] === 0xff && chunk[1] === 0xfe) return 'utf-16le';
  const declaration = Buffer.from(chunk.subarray(0, 200)).toString('latin1');
  const label = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w-]{1,40})["']/i.exec(declaration)?.[1] ?? 'utf-8';
  try {
    return /^utf-?16/i.test(label) ? 'utf-8' : new TextDecoder(label).encoding;
  } catch {
    return 'utf-8';
  }
}

interface Format {
  write(text: string): void;
  /** Nothing more is to come of it: its root says that it is no sitemap, an HTML page for instance, or it is nested endlessly. */
  isHopeless(): boolean;
  end(isWhole: boolean): SitemapKind;
}

function createTextFormat(found: UrlList): Format {
  let line = '';
  let isText = false;
  const take = (text: string) => {
    if (!/^\s*https?:\/\//i.test(text)) return;
    isText = true;
    found.add(text);
  };
  return {
    write(text) {
      const lines = `${line}${text}`.split(/\r\n|[\r\n]/);
      line = (lines.pop() ?? '').slice(0, longestUrl + 1);
      for (const one of lines) take(one);
    },
    isHopeless: () => false,
    end(isWhole) {
      if (isWhole) take(line);
      return isText ? 'pages' : 'unknown';
    },
  };
}

const roots = new Map<string, SitemapKind>([
  ['urlset', 'pages'],
  ['rss', 'pages'],
  ['rdf', 'pages'],
  ['feed', 'pages'],
  ['sitemapindex', 'index'],
]);

/** The parser takes time in proportion to the depth for each element; sitemaps and feeds have ten levels at most. */
const deepest = 100;

/** Elements whose text is a URL, by the element around them: `<image:loc>` stands in `<image:image>` and is none. */
const urlParents = new Map([
  ['loc', new Set(['url', 'sitemap'])],
  ['link', new Set(['item'])],
]);

function createXmlFormat(found: UrlList): Format {
  let kind: SitemapKind | null = null;
  const open: string[] = [];
  let text: string | null = null;
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const name = localName(tag);
        kind ??= roots.get(name) ?? 'unknown';
        if (urlParents.get(name)?.has(open.at(-1) ?? '')) text = '';
        if (name === 'link' && open.at(-1) === 'entry') takeAtomLink(attributes, found);
        open.push(name);
      },
      ontext(data) {
        if (text !== null && text.length <= longestUrl) text += data.slice(0, longestUrl + 1);
      },
      onclosetag(_tag, isImplied) {
        open.pop();
        if (text !== null && !isImplied) found.add(text);
        text = null;
      },
    },
    { xmlMode: true, decodeEntities: true, lowerCaseTags: false },
  );
  return {
    write: (data) => parser.write(data),
    isHopeless: () => kind === 'unknown' || open.length > deepest,
    end() {
      parser.end();
      return kind ?? 'unknown';
    },
  };
}

function takeAtomLink({ href, rel }: Record<string, string>, found: UrlList): void {
  if (href !== undefined && (rel === undefined || rel === 'alternate')) found.add(href);
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1).toLowerCase();
}
