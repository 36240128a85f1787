import { decodeHtml, readPage, readText, toUtf8 } from '@numfleet/extract';
import { maskNumber, redactText } from '@numfleet/privacy';
import { reveal } from '@numfleet/privacy/reveal';
import type { InputDocument } from './read-inputs.ts';

export interface DocumentOptions {
  region: string | null;
  /** Numbers plain; else masked. */
  isRevealed: boolean;
}

/** A finding as it is printed. */
export interface FindingRow {
  file: string;
  number: string;
  region: string | null;
  type: string;
  source: string;
  label: string | null;
  confidence: number;
  /** What the region was taken from; null where the number names its country. */
  evidence: string | null;
  /** Where it stands in the document as UTF-8, in bytes (in a text file: in characters). */
  offset: number;
  length: number;
  /** Of a page of an archive. */
  url?: string;
}

const limits = { maxFindings: 100_000, maxLinks: 0 };

/** The numbers of a document. Runs in any thread: what comes out is text. */
export function extractDocument(
  { file, url, contentType, body }: InputDocument,
  options: DocumentOptions,
): FindingRow[] {
  const { region, isRevealed } = options;
  const { findings } =
    contentType !== null && /^text\/(?:plain|(?:x-)?vcard|(?:x-)?directory)\b/i.test(contentType)
      ? readText(decodeHtml(body, contentType).html, { region, maxFindings: limits.maxFindings })
      : readPage(toUtf8(body, contentType).utf8, { url: url ?? 'file:///', region, ...limits });
  const shownUrl = url === null ? null : isRevealed ? url : redactText(url).text;
  return findings.map((finding) => ({
    file,
    number: isRevealed ? reveal(finding.number) : maskNumber(finding.number),
    region: finding.region,
    type: finding.type,
    source: finding.source,
    label: finding.label,
    confidence: finding.confidence,
    evidence: finding.evidence,
    offset: finding.offset,
    length: finding.length,
    ...(shownUrl === null ? {} : { url: shownUrl }),
  }));
}
