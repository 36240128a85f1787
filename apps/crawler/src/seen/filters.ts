import { type FilterPart, filterPartId, openFilter, type queueNames, type SeenFilter } from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';

export interface Filters {
  /** The filter of that generation; null where there is none, or none yet: it is read meanwhile. */
  of(campaignId: string, generation: number | undefined): SeenFilter | null;
}

/** The scheduler keeps all filters together within 8 MiB, and of each campaign two at most. */
const mostFilters = 16;
/** One that could not be read is asked for again after that, ms. */
const askAgainMs = 10_000;

/** Reads filters from where the scheduler has laid them, each once. */
export function createFilters({ queue }: { queue: Pick<JobQueue<typeof queueNames.filters>, 'read'> }): Filters {
  const held = new Map<string, { filter: SeenFilter | null; askedAt: number }>();

  async function read(campaignId: string, generation: number): Promise<SeenFilter | null> {
    const parts: FilterPart[] = [];
    do {
      const part = await queue.read(filterPartId({ campaignId, generation, part: parts.length }));
      if (part === null) return null;
      parts.push(part);
    } while (parts.length < (parts[0]?.parts ?? 0));
    return openFilter(Buffer.concat(parts.map(({ bits }) => Buffer.from(bits, 'base64'))), parts[0]?.hashes ?? 1);
  }

  return {
    of(campaignId, generation) {
      if (generation === undefined) return null;
      const name = `${campaignId} ${generation}`;
      const known = held.get(name);
      if (known && (known.filter !== null || performance.now() - known.askedAt < askAgainMs)) return known.filter;
      const entry: { filter: SeenFilter | null; askedAt: number } = { filter: null, askedAt: performance.now() };
      held.set(name, entry);
      const [oldest] = held.keys();
      if (held.size > mostFilters && oldest !== undefined) held.delete(oldest);
      // While the queue is away all links are sent in full.
      read(campaignId, generation).then(
        (filter) => {
          entry.filter = filter;
        },
        () => {},
      );
      return null;
    },
  };
}
