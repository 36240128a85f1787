import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { createAuditChain, loadInsideKeys, readAnchors } from '@numfleet/privacy/inside';
import { type AuditFault, type AuditVerdict, readRetiredAuditKeys, verifyAudit } from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import { reachTruth } from '../reach-truth.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';

export interface VerifyOptions {
  anchors?: string;
  json?: boolean;
}

/**
 * `audit verify`: holds the audit against its seals, its anchors and the counters, on the database itself: a console that was
 * taken over could not say that all is well. Throws `audit-broken`.
 */
export async function auditVerify(options: VerifyOptions, around: Surroundings): Promise<number> {
  const { home, config, signal, stdout, stderr } = around;
  const { audit } = await loadInsideKeys(config.NUMFLEET_KEYS_DIR ?? path.join(home, 'keys'), ['audit']);
  const file = options.anchors ?? config.NUMFLEET_AUDIT_ANCHORS ?? path.join(home, 'audit-anchors.jsonl');
  const { anchors, unreadable } = await readAnchors(file);
  const startedAt = performance.now();
  await using truth = await reachTruth(around, 'audit-verify');
  const { sealOf } = createAuditChain({ key: audit, retired: await readRetiredAuditKeys(truth.store) });
  const verdict = await verify();
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const isWhole = verdict.faultCount === 0;
  stdout.write(
    options.json
      ? `${JSON.stringify({ ok: isWhole, ...verdict, unreadableAnchors: unreadable, seconds })}\n`
      : tell(verdict, { unreadable, seconds }),
  );
  if (isWhole) return exitCodes.done;
  throw new NumfleetError('audit-broken', brokenAt(verdict.faults[0]));

  async function verify(): Promise<AuditVerdict> {
    using progress = showProgress(stderr, 'events');
    return await verifyAudit(truth.store, { sealOf, anchors, signal, onProgress: progress.update });
  }
}

function tell(verdict: AuditVerdict, { unreadable, seconds }: { unreadable: number; seconds: number }): string {
  const { events, unsealed, anchors, faults, faultCount } = verdict;
  const lines = [
    `${events} sealed events and ${anchors} anchors looked at in ${seconds} s; ${unsealed} events wait for their seal.`,
  ];
  if (unreadable > 0) lines.push(`${unreadable} lines of the anchors cannot be read.`);
  if (anchors === 0)
    lines.push('There is no anchor to hold the chain against: an end that was cut off would not show.');
  lines.push(...faults.map((fault) => `${fault.kind.padEnd(9)}  ${whereOf(fault)}: ${meanings[fault.kind]}`));
  if (faultCount > faults.length) lines.push(`… and ${faultCount - faults.length} more.`);
  if (faultCount === 0) lines.push('The audit is whole.');
  return `${lines.join('\n')}\n`;
}

const meanings: Readonly<Record<AuditFault['kind'], string>> = {
  changed: 'the event, its seal or their order is not what was sealed',
  removed: 'the event is gone',
  gap: 'what stood before it in the chain is gone',
  inserted: 'the event was put in past the sealer',
  truncated: 'the chain ends here, and was longer once',
  replaced: 'it is another chain than the one whose head was written down',
  uncounted: 'its events tell of other counts than the counters',
};

function whereOf({ seq, eventId, campaignId }: AuditFault): string {
  const parts = [
    eventId !== null && `event ${eventId}`,
    seq !== null && `place ${seq}`,
    campaignId !== null && `campaign ${campaignId}`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}

function brokenAt(first: AuditFault | undefined): string {
  const where = first === undefined ? '' : `${whereOf(first)} (${first.kind}) first. `;
  return `The audit is not as it was written: ${where}Keep the database as it is, and restore a backup elsewhere to compare.`;
}
