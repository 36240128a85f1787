import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { beginReplacing, createAuditChain, endReplacing, readAnchors } from '@numfleet/privacy/inside';
import { readBoundKeyIds, readRetiredAuditKeys, retireAuditKey, verifyAudit } from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';
import { foreignKey, openRotation } from './open-rotation.ts';

const name = 'audit';

/**
 * `keys rotate --audit`: the audit goes on under a new key. What the old one sealed is verified first and not sealed again; from then
 * on the seal over its end holds it, so that the old key is no secret any more and stands in the audit. Throws `audit-broken`,
 * `fleet-running` and `key-wrong`.
 */
export async function rotateAudit(around: Surroundings): Promise<number> {
  const { home, config, stdout, stderr, signal } = around;
  await using opened = await openRotation(around);
  const { dir, store } = opened;
  const { [name]: bound } = await readBoundKeyIds(store);
  const { from, to } = await beginReplacing(dir, name);
  if (bound !== from.id && bound !== to.id) throw foreignKey(name);
  if (bound === from.id) {
    const before = createAuditChain({ key: from.key, retired: await readRetiredAuditKeys(store) });
    const { anchors } = await readAnchors(config.NUMFLEET_AUDIT_ANCHORS ?? path.join(home, 'audit-anchors.jsonl'));
    using progress = showProgress(stderr, 'events');
    const verdict = await verifyAudit(store, {
      sealOf: before.sealOf,
      anchors,
      signal,
      onProgress: progress.update,
    });
    if (verdict.faultCount > 0) {
      throw new NumfleetError(
        'audit-broken',
        'A broken audit gets no new key. See what is wrong with `numfleet audit verify`.',
      );
    }
    const after = createAuditChain({ key: to.key });
    const seals = { sealBefore: before.sealOf, sealAfter: after.sealOf };
    await store.transaction((tx) => retireAuditKey(tx, { from, to, ...seals, actor: 'operator', now: new Date() }));
  }
  await endReplacing(dir, name);
  stdout.write(
    `The audit is sealed under the key ${to.id} now; ${from.id} is no secret any more, and stands in it. Back the keys up again.\n`,
  );
  return exitCodes.done;
}
