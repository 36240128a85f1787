import { Buffer } from 'node:buffer';
import { encodingOfLabel } from './encoding-label.ts';

/** The standard looks at 1,024 bytes, but starts over when the parser meets a declaration further down. */
const prescannedBytes = [1_024, 16_384];

/**
 * The encoding that a page declares at its beginning, null when none that we know: an XML declaration, `<meta charset>`
 * or `<meta http-equiv>`. HTML standard §13.2.3.2, "prescan a byte stream to determine its encoding".
 */
export function encodingDeclaredIn(bytes: Uint8Array): string | null {
  for (const length of prescannedBytes) {
    // One character a byte, so that the algorithm's byte positions are string positions.
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, length)).toString('latin1');
    const declared = xmlEncoding(head) ?? metaEncoding(head);
    if (declared !== null || bytes.length <= length) return declared;
  }
  return null;
}

function declaredEncoding(label: string | undefined): string | null {
  const declared = encodingOfLabel(label ?? null);
  // What could be read as ASCII so far is not in UTF-16, whatever it says.
  return declared?.startsWith('utf-16') ? 'utf-8' : declared;
}

function xmlEncoding(head: string): string | null {
  return declaredEncoding(/^<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]+)["']/.exec(head)?.[1]);
}

function metaEncoding(head: string): string | null {
  let at = 0;
  while (at < head.length) {
    at = head.indexOf('<', at);
    if (at === -1) return null;
    if (head.startsWith('<!--', at)) {
      at = endOf(head, '-->', at + 2);
    } else if (/^<meta[\s/]/i.test(head.slice(at, at + 6))) {
      const tag = readAttributes(head, at + 5);
      const declared = declaredEncoding(labelOfMeta(tag.attributes));
      if (declared !== null) return declared;
      at = tag.end;
    } else if (/^<\/?[a-z]/i.test(head.slice(at, at + 3))) {
      const name = /^<\/?[^\s>]*/.exec(head.slice(at))?.[0] ?? '<';
      at = readAttributes(head, at + name.length).end;
    } else if (/^<[!/?]/.test(head.slice(at, at + 2))) {
      at = endOf(head, '>', at);
    } else {
      at += 1;
    }
  }
  return null;
}

function endOf(head: string, mark: string, from: number): number {
  const found = head.indexOf(mark, from);
  return found === -1 ? head.length : found + mark.length;
}

/** Attributes up to the tag's `>`; a tag that the prescanned bytes cut off counts as having none. */
function readAttributes(head: string, from: number): { attributes: Map<string, string>; end: number } {
  const attribute = /[\s/]*(?:(>)|([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*))?)?)/y;
  const attributes = new Map<string, string>();
  attribute.lastIndex = from;
  for (;;) {
    const match = attribute.exec(head);
    if (match === null) return { attributes: new Map(), end: head.length };
    if (match[1] !== undefined) return { attributes, end: attribute.lastIndex };
    const name = match[2]?.toLowerCase() ?? '';
    if (!attributes.has(name)) attributes.set(name, match[3] ?? match[4] ?? match[5] ?? '');
  }
}

function labelOfMeta(attributes: Map<string, string>): string | undefined {
  const charset = attributes.get('charset');
  if (charset !== undefined || attributes.get('http-equiv')?.toLowerCase() !== 'content-type') return charset;
  const inContent = /charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"']+))/i.exec(attributes.get('content') ?? '');
  return inContent?.[1] ?? inContent?.[2] ?? inContent?.[3];
}
