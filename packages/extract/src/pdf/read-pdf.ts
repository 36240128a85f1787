import { getDocumentProxy } from 'unpdf';

export type PdfText = {
  /** Page by page, line by line. */
  text: string;
  /** Of the whole document, read or not. */
  pages: number;
  /** There is more text than was read. */
  isCut: boolean;
};

export type ReadPdfOptions = { maxPages: number; maxCharacters: number };

const magic = [0x25, 0x50, 0x44, 0x46, 0x2d];

/** Whether bytes begin as a PDF does: `%PDF-`. */
export function isPdf(bytes: Uint8Array): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

/**
 * The text of a PDF, for `readText`, and the addresses that its links lead to, a line each; null for what is broken or needs a
 * password. By pdf.js, in the build of unpdf, which needs neither a canvas nor a worker. It runs what a stranger wrote for as long
 * as that takes, between awaits as well: call it in a thread that can be ended (I6).
 */
export async function readPdf(bytes: Uint8Array, options: ReadPdfOptions): Promise<PdfText | null> {
  try {
    await using document = await open(bytes);
    return await readPages(document.pdf, options);
  } catch {
    return null;
  }
}

type Document = Awaited<ReturnType<typeof getDocumentProxy>>;

async function open(bytes: Uint8Array): Promise<{ pdf: Document } & AsyncDisposable> {
  // pdf.js takes the bytes away from who gives them; and its errors are of the document, not for a log.
  const pdf = await getDocumentProxy(bytes.slice(), { verbosity: 0, disableFontFace: true, useSystemFonts: false });
  return { pdf, [Symbol.asyncDispose]: () => pdf.loadingTask.destroy() };
}

async function readPages(pdf: Document, { maxPages, maxCharacters }: ReadPdfOptions): Promise<PdfText> {
  const pages = pdf.numPages;
  let text = '';
  let read = 0;
  for (; read < Math.min(pages, maxPages) && text.length <= maxCharacters; read += 1) {
    text += await textOfPage(pdf, read + 1);
  }
  const isCut = read < pages || text.length > maxCharacters;
  return { text: text.slice(0, maxCharacters), pages, isCut };
}

async function textOfPage(pdf: Document, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  let text = '';
  for (const item of items) if ('str' in item) text += `${item.str}${item.hasEOL ? '\n' : ''}`;
  const links = (await page.getAnnotations()).flatMap(({ url }: { url?: unknown }) =>
    typeof url === 'string' && dials.test(url) ? [url.replace(dials, 'Tel. ')] : [],
  );
  page.cleanup();
  return `${[text, ...links].join('\n')}\n`;
}

const dials = /^tel:/i;
