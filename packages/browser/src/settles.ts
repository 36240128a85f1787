import { withDeadline } from '@numfleet/service';

/** Whether `work` settles in time; how it does is of no interest. */
export async function settles(work: PromiseLike<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = Promise.resolve(work).then(
    () => true,
    () => true,
  );
  return await withDeadline(() => settled, timeoutMs).catch(() => false);
}
