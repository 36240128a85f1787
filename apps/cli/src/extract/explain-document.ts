import { type PageReading, type Rejection, readPage, readText, toUtf8 } from '@numfleet/extract';
import { maskNumber } from '@numfleet/privacy';
import { textOf } from './extract-document.ts';
import type { InputDocument } from './read-inputs.ts';

interface Mark {
  offset: number;
  length: number;
  kind: 'found' | 'rejected';
  title: string;
}

/** What is shown of a document: its source, or the text that it holds. */
interface Shown {
  slice(from: number, to: number): string;
  length: number;
}

/**
 * An HTML page that shows a document (of HTML its source, of a PDF its text) with what was found in it and what was rejected, and
 * why. Digits of both are masked, but for the last two of a number that was found.
 */
export async function explainDocument(document: InputDocument, region: string | null): Promise<string> {
  const rejections: Rejection[] = [];
  const onRejected = (rejection: Rejection) => void rejections.push(rejection);
  const text = await textOf(document);
  if (text !== null) {
    const reading = readText(text.text, { region, maxFindings, onRejected });
    return pageOf(document.file, text.missed ?? 'text', reading, rejections, text.text);
  }
  const { utf8, encoding } = toUtf8(document.body, document.contentType);
  const reading = readPage(utf8, { url: document.url ?? 'file:///', region, maxFindings, maxLinks: 0, onRejected });
  const decoder = new TextDecoder();
  const slice = (from: number, to: number): string => decoder.decode(utf8.subarray(from, to));
  return pageOf(document.file, encoding, reading, rejections, { slice, length: utf8.length });
}

const maxFindings = 100_000;

function pageOf(
  file: string,
  what: string,
  { findings, rejected, regions }: Pick<PageReading, 'findings' | 'rejected' | 'regions'>,
  rejections: readonly Rejection[],
  shown: Shown,
): string {
  const marks: Mark[] = [
    ...findings.map(({ offset, length, number, source, type, region: of, evidence, label, confidence }) => ({
      offset,
      length,
      kind: 'found' as const,
      title: `${maskNumber(number)} · ${source} · ${of ?? 'no region'}${evidence === null ? '' : ` by ${evidence}`} · ${type} · ${label ?? 'no label'} · ${confidence}`,
    })),
    ...rejections.map(({ offset, length, reason, source }) => ({
      offset,
      length,
      kind: 'rejected' as const,
      title: `${reason} · ${source}`,
    })),
  ];
  const counts = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`);
  const ranked = regions.map(({ code, weight, evidence }) => `${code} ${weight.toFixed(1)} (${evidence})`);
  return `<!doctype html><meta charset="utf-8"><title>${escapeHtml(file)}: ${findings.length} numbers</title>
<style>body{font:14px/1.5 system-ui;margin:2rem}pre{white-space:pre-wrap;word-break:break-word}
mark{background:#b7f0c1}mark.rejected{background:#ffd9b3}</style>
<h1>${escapeHtml(file)}</h1>
<p>${findings.length} found, ${escapeHtml(what)}. Regions: ${escapeHtml(ranked.join(', ') || 'none')}. Rejected: ${escapeHtml(counts.join(', ') || 'nothing')}.</p>
<pre>${highlight(shown, marks)}</pre>
`;
}

function highlight(shown: Shown, marks: Mark[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { offset, length, kind, title } of marks.sort((a, b) => a.offset - b.offset || b.length - a.length)) {
    const end = Math.min(shown.length, offset + length);
    if (offset < at || end <= offset) continue;
    const text = shown.slice(offset, end);
    parts.push(escapeHtml(maskDigits(shown.slice(at, offset))));
    parts.push(
      `<mark class="${kind}" title="${escapeHtml(title)}">${escapeHtml(maskAll(text, kind === 'found' ? 2 : 0))}</mark>`,
    );
    at = end;
  }
  parts.push(escapeHtml(maskDigits(shown.slice(at, shown.length))));
  return parts.join('');
}

/** Long runs of digits outside of marks are masked too: a number may stand on a page once more than it was read. */
function maskDigits(text: string): string {
  return text.replace(/\p{Nd}[\p{Nd} ().+/-]{5,}\p{Nd}/gu, (run) => maskAll(run, 0));
}

function maskAll(text: string, shown: number): string {
  let hidden = (text.match(/\p{Nd}/gu)?.length ?? 0) - shown;
  return text.replace(/\p{Nd}/gu, (digit) => (hidden-- > 0 ? '•' : digit));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
