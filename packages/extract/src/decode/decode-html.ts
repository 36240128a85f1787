import { isAscii, isUtf8 } from 'node:buffer';
import { encodingOfLabel } from './encoding-label.ts';
import { encodingDeclaredIn } from './meta-prescan.ts';
import { singleBytesToUtf8 } from './single-byte.ts';

export type DecodedHtml = Readonly<{
  html: string;
  /** The WHATWG name of the encoding, lower case: `utf-8`, `windows-1252`, `gbk`, … */
  encoding: string;
}>;

/**
 * Bytes of an HTML page to text, by the WHATWG encoding sniffing algorithm: byte order mark, the Content-Type header's
 * charset, the page's own declaration. Where none names an encoding that we know: UTF-8 if the bytes are that, else
 * windows-1252. Never throws; what does not decode becomes U+FFFD. A body that was cut in mid-character is fine.
 */
export function decodeHtml(bytes: Uint8Array, contentType: string | null): DecodedHtml {
  const encoding = encodingOf(bytes, contentType);
  return { html: new TextDecoder(encoding).decode(bytes), encoding };
}

/** The same as UTF-8, which `readPage` takes: a page that is in it already is not copied, nor its errors mended. */
export function toUtf8(bytes: Uint8Array, contentType: string | null): { utf8: Uint8Array; encoding: string } {
  const encoding = encodingOf(bytes, contentType);
  if (encoding === 'utf-8' || (encoding === 'windows-1252' && isAscii(bytes))) return { utf8: bytes, encoding };
  const utf8 = singleBytesToUtf8(bytes, encoding) ?? new TextEncoder().encode(new TextDecoder(encoding).decode(bytes));
  return { utf8, encoding };
}

function encodingOf(bytes: Uint8Array, contentType: string | null): string {
  return (
    encodingOfMark(bytes) ??
    encodingOfLabel(charsetOf(contentType ?? '')) ??
    encodingDeclaredIn(bytes) ??
    guessEncoding(bytes)
  );
}

function encodingOfMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return null;
}

function charsetOf(contentType: string): string | null {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? null;
}

/** Pure ASCII is called windows-1252, the standard's default: it reads the same. */
function guessEncoding(bytes: Uint8Array): string {
  if (isAscii(bytes)) return 'windows-1252';
  if (isUtf8(bytes)) return 'utf-8';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}
