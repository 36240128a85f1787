import { decodeHtml, type Finding, readPage, readText, toUtf8 } from '@numfleet/extract';
import { isPdf, readPdf } from '@numfleet/extract/pdf';
import { maskNumber, redactText } from '@numfleet/privacy';
import { reveal } from '@numfleet/privacy/reveal';
import type { InputDocument } from './read-inputs.ts';

/** What a document holds. */
export interface DocumentFindings {
  file: string;
  rows: FindingRow[];
  /** Why some or all of it was not read; null where all was. */
  missed: string | null;
}

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
  /** Where it stands in the document as UTF-8, in bytes (of text and PDF: in characters of the text). */
  offset: number;
  length: number;
  /** Of a page of an archive. */
  url?: string;
}

const limits = { maxFindings: 100_000, maxLinks: 0 };
const pdfLimits = { maxPages: 2_000, maxCharacters: 20_000_000 };
const mostPdfBytes = 256 * 2 ** 20;

/** What a document holds. Runs in any thread: what comes out is text. */
export async function extractDocument(document: InputDocument, options: DocumentOptions): Promise<DocumentFindings> {
  const { file, url } = document;
  const { findings, missed } = await readDocument(document, options.region);
  const shownUrl = url === null ? null : options.isRevealed ? url : redactText(url).text;
  return { file, rows: findings.map((finding) => rowOf(finding, file, shownUrl, options.isRevealed)), missed };
}

type Read = { findings: Finding[]; missed: string | null };

async function readDocument(document: InputDocument, region: string | null): Promise<Read> {
  const text = await textOf(document);
  if (text === null) {
    const { body, contentType, url } = document;
    const { findings } = readPage(toUtf8(body, contentType).utf8, { url: url ?? 'file:///', region, ...limits });
    return { findings, missed: null };
  }
  const { findings } = readText(text.text, { region, maxFindings: limits.maxFindings });
  return { findings, missed: text.missed };
}

/** Of what is not HTML. */
export async function textOf(document: InputDocument): Promise<{ text: string; missed: string | null } | null> {
  const { contentType, body } = document;
  if (isPdfDocument(document)) return await textOfPdf(body);
  const isText = contentType !== null && /^text\/(?:plain|(?:x-)?vcard|(?:x-)?directory)\b/i.test(contentType);
  return isText ? { text: decodeHtml(body, contentType).html, missed: null } : null;
}

export function isPdfDocument({ body, contentType }: InputDocument): boolean {
  return isPdf(body) || /^application\/(?:x-)?pdf\b/i.test(contentType ?? '');
}

async function textOfPdf(body: Uint8Array): Promise<{ text: string; missed: string | null }> {
  if (body.length > mostPdfBytes) return { text: '', missed: 'it is larger than 256 MiB' };
  const read = await readPdf(body, pdfLimits);
  if (read === null) return { text: '', missed: 'it is broken, or needs a password' };
  return {
    text: read.text,
    missed: read.isCut ? `it has more than ${pdfLimits.maxPages} pages, or too much text` : null,
  };
}

function rowOf(finding: Finding, file: string, url: string | null, isRevealed: boolean): FindingRow {
  return {
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
    ...(url === null ? {} : { url }),
  };
}
