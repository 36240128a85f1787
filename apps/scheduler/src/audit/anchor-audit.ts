import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Emit } from '@numfleet/contracts';
import { formatAnchor, readAnchors } from '@numfleet/privacy/inside';
import type { Config } from '@numfleet/service';
import { readAuditHead, readAuditSeal, type SealedPlace, type Store } from '@numfleet/store';

const everyMs = 60_000;

/** Null where there is neither a file nor a home folder: then the log alone gets the heads. */
export function anchorFileOf(config: Config): string | null {
  if (config.NUMFLEET_AUDIT_ANCHORS !== undefined) return config.NUMFLEET_AUDIT_ANCHORS;
  return config.NUMFLEET_HOME === undefined ? null : path.join(config.NUMFLEET_HOME, 'audit-anchors.jsonl');
}

/**
 * A round that writes the head of the audit's chain down outside of the database, once a minute where it has moved and when
 * the process ends (`isLast`), and holds the chain against the last one that was: whoever cuts the chain's end off, or puts an
 * older copy in its place, is seen at the next round. The log gets half of the seal as well, and may be kept elsewhere.
 */
export function createAnchorAudit(deps: { store: Store; file: string | null; emit: Emit }) {
  const { store, file, emit } = deps;
  let last: SealedPlace | null = null;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let brokenAt: number | null = null;
  let isRead = false;
  return async (now: Date, isLast = false): Promise<void> => {
    if (!isRead && file !== null) last = (await readAnchors(file)).anchors.at(-1) ?? null;
    isRead = true;
    if (last !== null && !(await isHeld(last))) {
      if (brokenAt !== last.seq) emit({ type: 'audit.broken', seq: last.seq });
      brokenAt = last.seq;
      return;
    }
    const head = await readAuditHead(store);
    if (head === null || head.seq === last?.seq) return;
    if (!isLast && now.getTime() - writtenAt < everyMs) return;
    if (file !== null) await append(file, formatAnchor({ at: now, ...head }));
    last = head;
    writtenAt = now.getTime();
    emit({ type: 'audit.anchored', seq: head.seq, head: head.mac.toString('hex', 0, 16) });
  };

  async function isHeld({ seq, mac }: SealedPlace): Promise<boolean> {
    return (await readAuditSeal(store, seq))?.mac.equals(mac) ?? false;
  }
}

async function append(file: string, line: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await using handle = await open(file, 'a', 0o600);
  await handle.writeFile(line);
  await handle.sync();
}
