import { type Rejection, readPage, toUtf8 } from '@numfleet/extract';
import { maskNumber } from '@numfleet/privacy';

interface Mark {
  offset: number;
  length: number;
  kind: 'found' | 'rejected';
  title: string;
}

/**
 * An HTML page that shows a page's source with what was found in it and what was rejected, and why. Digits of both are
 * masked, but for the last two of a number that was found.
 */
export function explainPage(body: Uint8Array, { file, region }: { file: string; region: string | null }): string {
  const { utf8, encoding } = toUtf8(body, null);
  const rejections: Rejection[] = [];
  const { findings, rejected, regions } = readPage(utf8, {
    url: 'file:///',
    region,
    maxFindings: 100_000,
    maxLinks: 0,
    onRejected: (rejection) => rejections.push(rejection),
  });
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
<p>${findings.length} found, ${encoding}. Regions: ${escapeHtml(ranked.join(', ') || 'none')}. Rejected: ${escapeHtml(counts.join(', ') || 'nothing')}.</p>
<pre>${highlight(utf8, marks)}</pre>
`;
}

function highlight(bytes: Uint8Array, marks: Mark[]): string {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let at = 0;
  for (const { offset, length, kind, title } of marks.sort((a, b) => a.offset - b.offset || b.length - a.length)) {
    const end = Math.min(bytes.length, offset + length);
    if (offset < at || end <= offset) continue;
    const text = decoder.decode(bytes.subarray(offset, end));
    parts.push(escapeHtml(maskDigits(decoder.decode(bytes.subarray(at, offset)))));
    parts.push(
      `<mark class="${kind}" title="${escapeHtml(title)}">${escapeHtml(maskAll(text, kind === 'found' ? 2 : 0))}</mark>`,
    );
    at = end;
  }
  parts.push(escapeHtml(maskDigits(decoder.decode(bytes.subarray(at)))));
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
