import { type DocumentOptions, extractDocument, type FindingRow } from './extract-document.ts';
import type { InputDocument } from './read-inputs.ts';

/** The task of a thread: a batch of documents, each of which gives its rows. */
export function extractDocuments(task: { documents: InputDocument[]; options: DocumentOptions }): FindingRow[][] {
  return task.documents.map((document) => extractDocument(document, task.options));
}
