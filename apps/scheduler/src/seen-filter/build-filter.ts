import {
  addKey,
  type FilterShape,
  filterPartBytes,
  filterPartId,
  pageKeyBytes,
  type queueNames,
} from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';

export type FilterQueue = JobQueue<typeof queueNames.filters>;

interface Named {
  campaignId: string;
  generation: number;
}

/** Builds a filter of keys and lays it down for the crawlers to read; gives how many keys it holds. */
export async function layFilter(
  queue: FilterQueue,
  filter: Named & FilterShape,
  keys: AsyncIterable<Uint8Array>,
): Promise<number> {
  const { campaignId, generation, bytes, hashes } = filter;
  const bits = Buffer.alloc(bytes);
  let count = 0;
  for await (const some of keys) {
    for (let at = 0; at < some.length; at += pageKeyBytes) addKey(bits, hashes, some.subarray(at, at + pageKeyBytes));
    count += some.length / pageKeyBytes;
  }
  // What a scheduler laid down that died before it could say so would stay, since a message is added once.
  await takeFilter(queue, filter);
  const parts = partsOf(bytes);
  for (let part = 0; part < parts; part += 1) {
    const some = bits.subarray(part * filterPartBytes, (part + 1) * filterPartBytes).toString('base64');
    await queue.add([{ v: 1, kind: 'filter', campaignId, generation, part, parts, hashes, bits: some }]);
  }
  return count;
}

/** Takes one away again. */
export async function takeFilter(queue: FilterQueue, filter: Named & { bytes: number }): Promise<void> {
  await queue.remove(Array.from({ length: partsOf(filter.bytes) }, (_, part) => filterPartId({ ...filter, part })));
}

/** Whether the queue was emptied since. */
export async function isGone(queue: FilterQueue, filter: Named): Promise<boolean> {
  return (await queue.stateOf(filterPartId({ ...filter, part: 0 }))).state === 'gone';
}

const partsOf = (bytes: number) => Math.ceil(bytes / filterPartBytes);
