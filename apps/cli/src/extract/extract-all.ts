import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { type DocumentOptions, extractDocument, type FindingRow } from './extract-document.ts';
import type { InputDocument } from './read-inputs.ts';

/** Enough to be worth a message between threads, and few enough to hold in memory. */
const batchBytes = 4 * 2 ** 20;

/**
 * The rows of many documents, in their order. The first batch is read here, so that a single file starts no thread; from the
 * second on there is a thread a core, and as many batches under way.
 */
export async function* extractAll(
  documents: AsyncIterable<InputDocument>,
  options: DocumentOptions,
  signal: AbortSignal,
): AsyncGenerator<{ rows: FindingRow[]; documents: number }> {
  const batches = batchesOf(documents);
  const first = await batches.next();
  if (first.done) return;
  for (const document of first.value) yield { rows: extractDocument(document, options), documents: 1 };
  const threads = availableParallelism();
  const pool = new Tinypool({
    filename: fileURLToPath(new URL('./document-thread.ts', import.meta.url)),
    runtime: 'worker_threads',
    minThreads: 0,
    maxThreads: threads,
  });
  try {
    const underWay: Promise<FindingRow[][]>[] = [];
    for await (const batch of batches) {
      signal.throwIfAborted();
      underWay.push(pool.run({ documents: batch, options }, { name: 'extractDocuments', signal }));
      if (underWay.length > 2 * threads) yield* await rowsOf(underWay);
    }
    while (underWay.length > 0) yield* await rowsOf(underWay);
  } finally {
    await pool.destroy();
  }
}

async function rowsOf(underWay: Promise<FindingRow[][]>[]): Promise<{ rows: FindingRow[]; documents: number }[]> {
  const rows = await underWay.shift();
  return (rows ?? []).map((some) => ({ rows: some, documents: 1 }));
}

async function* batchesOf(documents: AsyncIterable<InputDocument>): AsyncGenerator<InputDocument[]> {
  let batch: InputDocument[] = [];
  let bytes = 0;
  for await (const document of documents) {
    batch.push(document);
    bytes += document.body.length;
    if (bytes < batchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
