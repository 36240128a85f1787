import { workerData } from 'node:worker_threads';
import type { CutKind, Normalisation, RejectReason, ResultLink } from '@numfleet/contracts';
import {
  decodeHtml,
  readPage as extractPage,
  type PageReading,
  type RegionCounts,
  readText,
  toUtf8,
} from '@numfleet/extract';
import { contentKeyOf, createUrlCodec, hasNumberBeyond, normaliseUrl, sealFindings } from '@numfleet/privacy';
import { spokenText } from './spoken-text.ts';

/** What the thread is given once: the key that seals and the key of URLs. It can open nothing. */
export interface ThreadKeys {
  sealingPublic: Uint8Array;
  url: Uint8Array;
}

export interface ReadTask {
  pageId: string;
  leaseToken: string;
  region: string | null;
  /** Of other pages of its host. */
  hostNumbers: RegionCounts;
  url: string;
  fetched: Uint8Array;
  contentType: string | null;
  /** What its headers ask of robots. */
  robotsTag: { noindex: boolean; nofollow: boolean };
  /** What the browser made of it; `partial` when it was still loading, or something of it failed. */
  rendered: { html: string; partial: boolean } | null;
  /** Where its scripts wanted to go. */
  moreLinks: string[];
}

/** All that leaves the thread: ciphertext, counts and links (I3). */
export interface Reading {
  sealed: string | null;
  /** Of what was read, about. */
  bytes: number;
  findings: number;
  rejected: Partial<Record<RejectReason, number>>;
  normalised: Partial<Record<Normalisation, number>>;
  /** How many of its international numbers are of each region. */
  numberRegions: RegionCounts;
  links: ResultLink[];
  cuts: CutKind[];
  /** It asks not to be kept; then there are no findings. */
  noindex: boolean;
  wantsBrowser: boolean;
  hasScripts: boolean;
  /** By which pages that say the same are known. */
  content: string | null;
  /** Whether the browser's page has numbers that the page as it was fetched has not; null where it was not rendered. */
  gained: boolean | null;
  /** Which stages ran when: `startedAt` in ms since the epoch. */
  stages: { stage: 'parse' | 'extract' | 'seal'; startedAt: number; seconds: number }[];
}

const maxFindings = 2_000;
const maxLinks = 1_000;

/** Stages 3.3 parse, 3.4 extract and 3.5 seal, in the one thread that sees plain numbers. */
export async function readPage(task: ReadTask): Promise<Reading> {
  const keys: ThreadKeys = tinypoolData();
  const urls = createUrlCodec({ key: Buffer.from(keys.url) });
  const begun = performance.now();
  const text = parse(task);
  const parsed = performance.now();
  const page = obey(extract(task, text), task);
  const extracted = performance.now();
  const sealed = page.findings.length === 0 ? null : await seal(task, keys, page);
  const { links, cuts } = linksOf(page, task);
  return {
    sealed,
    bytes: text.length,
    findings: page.findings.length,
    rejected: page.rejected,
    normalised: page.normalised,
    numberRegions: page.numberRegions,
    links: links.map((link) => ({ url: urls.toWire(link), via: 'link' as const })),
    cuts,
    noindex: page.noindex,
    wantsBrowser: page.wantsBrowser,
    hasScripts: page.hasScripts,
    content: contentKeyOf(spokenText(text), keys.url),
    gained: task.rendered && gainsOver({ ...task, rendered: null }, page),
    stages: [
      stageOf('parse', begun, parsed),
      stageOf('extract', parsed, extracted),
      stageOf('seal', extracted, performance.now()),
    ],
  };
}

/** Normalised, each once. One that is too long to be kept counts as cut: it is an http URL, so nothing else is wrong with it. */
function linksOf(page: Read, { moreLinks }: ReadTask): { links: string[]; cuts: CutKind[] } {
  const found = page.links.map((link) => normaliseUrl(link));
  const wanted = page.nofollow ? [] : moreLinks.map((link) => normaliseUrl(link));
  return {
    links: [...new Set([...found, ...wanted])].filter((link) => link !== null),
    cuts: found.includes(null) ? [...new Set([...page.cuts, 'links' as const])] : page.cuts,
  };
}

/** A long-lived thread's own clock drifts from the clock on the wall, so that is asked each time. */
function stageOf(stage: Reading['stages'][number]['stage'], from: number, to: number): Reading['stages'][number] {
  return { stage, startedAt: Date.now() - (performance.now() - from), seconds: (to - from) / 1_000 };
}

/** A page that the browser did not finish may lack what the fetched document has: both are read then. */
function parse({ fetched, contentType, rendered }: ReadTask): string | Uint8Array {
  if (rendered && !rendered.partial) return rendered.html;
  if (rendered) return `${rendered.html}\n${decodeHtml(fetched, contentType).html}`;
  return isPlainText(contentType) ? decodeHtml(fetched, contentType).html : toUtf8(fetched, contentType).utf8;
}

type Read = Omit<PageReading, 'regions'>;

function extract(task: ReadTask, text: string | Uint8Array): Read {
  const { url, region, hostNumbers } = task;
  if (task.rendered || typeof text !== 'string') {
    const isRendered = task.rendered !== null && !task.rendered.partial;
    return extractPage(text, { url, region, hostNumbers, maxFindings, maxLinks, isRendered });
  }
  return { ...readText(text, { region, maxFindings }), links: [], ...unmarked };
}

const unmarked = { nofollow: false, noindex: false, wantsBrowser: false, hasScripts: false, numberRegions: {} };

/** Page and headers may ask that its links be not followed, and that it be not kept (I11): the stricter counts. */
function obey(page: Read, { robotsTag }: ReadTask): Read {
  const noindex = page.noindex || robotsTag.noindex;
  const nofollow = page.nofollow || robotsTag.nofollow;
  return {
    ...{ ...page, noindex, nofollow },
    ...(nofollow && { links: [] }),
    ...(noindex && { findings: [], rejected: {}, normalised: {}, numberRegions: {} }),
  };
}

/** Compared here, so that not even digests of numbers leave (I3). */
function gainsOver(asFetched: ReadTask, { findings }: Pick<PageReading, 'findings'>): boolean {
  const known = extract(asFetched, parse(asFetched)).findings;
  return hasNumberBeyond(
    known.map(({ number }) => number),
    findings.map(({ number }) => number),
  );
}

async function seal(task: ReadTask, keys: ThreadKeys, page: Pick<PageReading, 'findings'>): Promise<string> {
  const context = { pageId: task.pageId, leaseToken: task.leaseToken };
  return await sealFindings({ publicKey: keys.sealingPublic, context, findings: page.findings });
}

function isPlainText(contentType: string | null): boolean {
  return contentType !== null && /^\s*text\/(plain|(x-)?vcard|(x-)?directory)\b/i.test(contentType);
}

/** Tinypool hands over `[its own data, ours]`. */
function tinypoolData(): ThreadKeys {
  return workerData[1] as ThreadKeys;
}
