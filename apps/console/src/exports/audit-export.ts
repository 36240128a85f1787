import { createHash } from 'node:crypto';
import type { NumberView } from '@numfleet/contracts';
import { readCampaignStatus, recordAudit, type Store } from '@numfleet/store';
import { exportFormats, type FormatName } from './export-formats.ts';

export interface AuditedExport {
  campaignId: string;
  action: 'numbers.exported' | 'numbers.revealed';
  actor: string;
  /** Why; null where the numbers are masked. */
  purpose: string | null;
  format: FormatName;
  numbers: AsyncGenerator<NumberView>;
  /** Done before anything else; what it throws is the answer. */
  before?: () => Promise<void>;
}

const chunkBytes = 65_536;

/**
 * An export as bytes. That it begins is in the audit before its first byte leaves; and when it ends, however it ends, what
 * left: how many numbers, and the SHA-256 of the bytes, so that a file that turns up somewhere can be told to be this one.
 * Where `complete` is false the client may have got less than was given to its connection. Throws `campaign-unknown`.
 */
export async function* auditExport(
  { store, now }: { store: Store; now: () => Date },
  { campaignId, action, actor, purpose, format, numbers, before }: AuditedExport,
): AsyncGenerator<Buffer> {
  await before?.();
  await readCampaignStatus(store, campaignId, now());
  const begun = purpose === null ? { format } : { purpose, format };
  await recordAudit(store, [{ at: now(), actor, action, campaignId, details: begun }]);
  const digest = createHash('sha256');
  const left = { numbers: 0, bytes: 0, complete: false };
  try {
    for await (const { chunk, count } of chunksOf(numbers, format)) {
      digest.update(chunk);
      left.numbers += count;
      left.bytes += chunk.length;
      yield chunk;
    }
    left.complete = true;
  } finally {
    const details = { ...begun, ...left, sha256: digest.digest('hex') };
    await recordAudit(store, [{ at: now(), actor, action: `${action}.ended`, campaignId, details }]);
  }
}

/** Gathered to what a socket takes at a time: a chunk a number would cost more than its decryption. */
async function* chunksOf(numbers: AsyncGenerator<NumberView>, format: FormatName) {
  const { head, write } = exportFormats[format];
  let text: string = head;
  let count = 0;
  for await (const view of numbers) {
    text += write(view);
    count += 1;
    if (text.length < chunkBytes) continue;
    yield { chunk: Buffer.from(text), count };
    text = '';
    count = 0;
  }
  if (text !== '') yield { chunk: Buffer.from(text), count };
}
