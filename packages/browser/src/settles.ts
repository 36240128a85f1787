import { withDeadline } from './service-kit.ts';

/** Whether `work` settles in time; how it does is of no interest. */
export async function settles(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = work.then(
    () => true,
    () => true,
  );
  return await withDeadline(() => settled, timeoutMs).catch(() => false);
}
