import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { NumfleetError } from '@numfleet/contracts';
import { z } from 'zod';

/** A head of the audit's chain as it was once: nobody can make another chain with that seal at that place. */
export interface Anchor {
  seq: number;
  mac: Buffer;
}

const anchorLine = z.object({
  v: z.literal(1),
  at: z.string(),
  seq: z.int().min(1),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A line of JSON, and a line break before it: whatever a crash left of the line before does not take this one along. */
export function formatAnchor({ at, seq, mac }: Anchor & { at: Date }): string {
  return `\n${JSON.stringify({ v: 1, at: at.toISOString(), seq, mac: mac.toString('hex') })}\n`;
}

/**
 * The heads in a file, in its order, and how many lines of it are none: a crash may have cut one. None where there is no file.
 * Throws `file-unreadable`.
 */
export async function readAnchors(file: string): Promise<{ anchors: Anchor[]; unreadable: number }> {
  const anchors: Anchor[] = [];
  let unreadable = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (text === '') continue;
      const parsed = anchorLine.safeParse(jsonOf(text));
      if (parsed.success) anchors.push({ seq: parsed.data.seq, mac: Buffer.from(parsed.data.mac, 'hex') });
      else unreadable += 1;
    }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') {
      throw new NumfleetError('file-unreadable', `The audit's anchors cannot be read from ${file} (${code}).`);
    }
  }
  return { anchors, unreadable };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
