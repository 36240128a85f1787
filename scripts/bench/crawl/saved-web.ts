import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readPage } from '@numfleet/extract';
import { corpora } from '../extract/corpora.ts';

/** A web of real pages: of which there are how many, and which of them need JavaScript. */
export interface WebPlan {
  pages: number;
  hosts: number;
  /** Every so many-th page is an empty shell that fetches its content; 0: none. */
  shellEvery: number;
  /** Every so many-th page has a script that never ends; 0: none. */
  hangEvery: number;
  /** Before each answer, ms. */
  latencyMs: number;
}

export interface SavedPage {
  host: string;
  path: string;
  /** In E.164; on this page alone. */
  number: string;
  /** By path: the page, and for a shell what its script fetches. */
  bodies: Record<string, Buffer>;
}

/** News pages as they were saved, over and over, each with a number of its own, so that what is found can be compared with what is there. */
export function planWeb({ pages, hosts, shellEvery, hangEvery }: WebPlan): SavedPage[] {
  const saved = readNews();
  return Array.from({ length: pages }, (_, index) => {
    const path = `/page/${index}`;
    const number = `+44207${String(index).padStart(7, '0')}`;
    const isEvery = (nth: number) => nth > 0 && index % nth === nth - 1;
    const whole = withNumber(isEvery(hangEvery) ? hanging : (saved[index % saved.length] ?? ''), number);
    const bodies = isEvery(shellEvery) ? shell(path, whole) : { [path]: Buffer.from(whole) };
    return { host: `real-${index % hosts}.test`, path, number, bodies };
  });
}

const hanging = '<!doctype html><title>News</title><body><script>for (;;) {}</script></body>';

function readNews(): string[] {
  const folder = resolve(corpora, 'pages/readability');
  const files = readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const pages = files.map((file) => gunzipSync(readFileSync(resolve(folder, file))).toString());
  return pages.filter((html) => !asksToBeLeftOut(html));
}

/** We keep nothing of such pages, and peers do. */
function asksToBeLeftOut(html: string): boolean {
  return readPage(html, { url: 'https://news.test/', region: null, maxFindings: 0, maxLinks: 0 }).noindex;
}

/** As people write it, where a page ends. */
function withNumber(html: string, number: string): string {
  const [, area, first, second] = /^\+44(20)(\d{4})(\d{4})$/.exec(number) ?? [];
  const line = `<p>Telephone: +44 ${area} ${first} ${second}</p>`;
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? html + line : html.slice(0, end) + line + html.slice(end);
}

/** As a single-page application does: its markup holds nothing, a script asks for the content and puts it there. */
function shell(path: string, whole: string): Record<string, Buffer> {
  const content = `/content${path}`;
  const body = /<body[^>]*>([\s\S]*)<\/body>/i.exec(whole)?.[1] ?? whole;
  const markup = `<!doctype html><html><head><meta charset="utf-8"><title>News</title></head><body><div id="root"></div>
<script>fetch(${JSON.stringify(content)}).then((answer) => answer.json()).then(({ html }) => {
  document.getElementById('root').innerHTML = html;
});</script></body></html>`;
  return { [path]: Buffer.from(markup), [content]: Buffer.from(JSON.stringify({ html: body })) };
}
