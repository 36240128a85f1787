import { textOf } from '../html/bytes.ts';
import { readStringLiterals, unescapeLiteral } from '../script/string-literals.ts';
import type { TextWriter } from '../text/folded-text.ts';

const longestLiteral = 65_536;
const nameLength = 40;

/** How the contents of a `<script>` are to be read, by its type (HTML standard §4.12.1). */
export function kindOfScript(type: string | null): 'script' | 'json' | 'json-ld' | 'data' {
  const essence = (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (essence === 'application/ld+json') return 'json-ld';
  if (/^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(essence)) return 'json';
  // Optimisers rename the types of scripts that they delay: `<hex>-text/javascript`, `rocketlazyloadscript`.
  return essence === '' || /(?:java|ecma)script$|^module$|lazyloadscript$/.test(essence) ? 'script' : 'data';
}

/**
 * Writes what of the string literals may be a number, a line each, with what stands around it, or with the name that the
 * literal is given where it begins with it: `phone: +44 …`. The rest of a literal, which may be a whole page, is left out.
 */
export function readScript(bytes: Uint8Array, from: number, to: number, writer: TextWriter): void {
  readStringLiterals(bytes, from, to, (start, end) => {
    const text = unescapeLiteral(textOf(bytes, start, Math.min(end, start + longestLiteral)));
    let written = 0;
    for (const match of text.matchAll(/[\x80-\uffff]/.test(text) ? likeNumber : likeAsciiNumber)) {
      const first = Math.max(written, match.index - reachBefore);
      if (first === 0) writer.write(nameBefore(bytes, from, start - 1), start);
      written = match.index + match[0].length + reachAfter;
      writer.write(text.slice(first, written), start + first);
      writer.breakLine();
    }
  });
}

const [reachBefore, reachAfter] = [48, 24];
/** Digits that stand together but for what people write between them; the first of them cheap to look for. */
const likeAsciiNumber = /\+?\(?\d[\d ()./-]{5,40}/g;
const likeNumber = /\p{Nd}[\p{Nd}\p{Cf}\p{Pd}\p{Zs}()./+-]{5,60}/gu;

function nameBefore(bytes: Uint8Array, from: number, quote: number): string {
  const before = textOf(bytes, Math.max(from, quote - nameLength), quote);
  const name = /([a-z][\w.-]*)["'\])]{0,2}\s*[:=(,]\s*$/i.exec(before)?.[1] ?? '';
  return name === '' ? '' : `${name.replace(/[a-z](?=[A-Z])/g, '$& ').replace(/[\d_.-]+/g, ' ')}: `;
}
