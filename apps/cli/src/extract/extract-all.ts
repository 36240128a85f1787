import { createDocumentThreads, type DocumentThreads } from './document-threads.ts';
import { explainDocument } from './explain-document.ts';
import { type DocumentFindings, type DocumentOptions, extractDocument, isPdfDocument } from './extract-document.ts';
import type { InputDocument } from './read-inputs.ts';

/** Enough to be worth a message between threads, and few enough to hold in memory. */
const batchBytes = 4 * 2 ** 20;
const overLimit = 'it took more than 30 s, or too much memory';

/**
 * What many documents hold, in their order. The first batch is read here, so that a single file starts no thread; from the second
 * on there is a thread a core, and as many batches under way. A PDF is always read in a thread, within limits (I6).
 */
export async function* extractAll(
  documents: AsyncIterable<InputDocument>,
  options: DocumentOptions,
  signal: AbortSignal,
): AsyncGenerator<DocumentFindings> {
  await using threads = createDocumentThreads(signal);
  const underWay: Promise<DocumentFindings[]>[] = [];
  let isFirst = true;
  for await (const batch of batchesOf(documents)) {
    signal.throwIfAborted();
    const [document] = batch;
    if (document !== undefined && isPdfDocument(document)) {
      while (threads.limited() >= threads.count && underWay.length > 0) yield* await next(underWay);
      underWay.push(extractPdf(threads, document, options));
    } else if (isFirst) {
      for (const one of batch) yield await extractDocument(one, options);
    } else {
      underWay.push(threads.run('extractDocuments', { documents: batch, options }));
    }
    isFirst = false;
    if (underWay.length > 2 * threads.count) yield* await next(underWay);
  }
  while (underWay.length > 0) yield* await next(underWay);
}

/** A page for each document that shows it with what was found and what was rejected. */
export async function* explainAll(
  documents: AsyncIterable<InputDocument>,
  region: string | null,
  signal: AbortSignal,
): AsyncGenerator<{ file: string; html: string | null; missed: string | null }> {
  await using threads = createDocumentThreads(signal);
  for await (const document of documents) {
    const { file } = document;
    const html = isPdfDocument(document)
      ? await threads.runLimited('explainDocumentHere', { document, region })
      : await explainDocument(document, region);
    yield { file, html, missed: html === null ? overLimit : null };
  }
}

async function next(underWay: Promise<DocumentFindings[]>[]): Promise<DocumentFindings[]> {
  return (await underWay.shift()) ?? [];
}

async function extractPdf(
  threads: DocumentThreads,
  document: InputDocument,
  options: DocumentOptions,
): Promise<DocumentFindings[]> {
  const found = await threads.runLimited('extractDocuments', { documents: [document], options });
  return found ?? [{ file: document.file, rows: [], missed: overLimit }];
}

async function* batchesOf(documents: AsyncIterable<InputDocument>): AsyncGenerator<InputDocument[]> {
  let batch: InputDocument[] = [];
  let bytes = 0;
  for await (const document of documents) {
    const isPdf = isPdfDocument(document);
    if (batch.length > 0 && (isPdf || bytes >= batchBytes)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    if (isPdf) {
      yield [document];
      continue;
    }
    batch.push(document);
    bytes += document.body.length;
  }
  if (batch.length > 0) yield batch;
}
