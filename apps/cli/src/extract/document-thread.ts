import { explainDocument } from './explain-document.ts';
import { type DocumentFindings, type DocumentOptions, extractDocument } from './extract-document.ts';
import type { InputDocument } from './read-inputs.ts';

/** Tasks of a thread: a batch of documents, and what each holds. */
export async function extractDocuments(task: {
  documents: InputDocument[];
  options: DocumentOptions;
}): Promise<DocumentFindings[]> {
  const found: DocumentFindings[] = [];
  for (const document of task.documents) found.push(await extractDocument(document, task.options));
  return found;
}

export async function explainDocumentHere(task: { document: InputDocument; region: string | null }): Promise<string> {
  return await explainDocument(task.document, task.region);
}
