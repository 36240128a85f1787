import type { Tracer } from '@numfleet/contracts';

/** What became of an item, and the span of the batch that it was in. */
interface InBatch<Outcome> {
  outcome: Outcome;
  batch: string | undefined;
}

/**
 * A batch belongs to the traces of all its items, so its span begins a trace of its own, and the span of each item is
 * linked with it.
 */
export function createTraceBatches<Item, Outcome>(deps: {
  tracer: Tracer;
  work: (items: Item[]) => Promise<Outcome[]>;
  gather: (work: (items: Item[]) => Promise<InBatch<Outcome>[]>) => (item: Item) => Promise<InBatch<Outcome>>;
}): (item: Item) => Promise<Outcome> {
  const { tracer } = deps;
  const gathered = deps.gather((items) =>
    tracer.continueTrace(undefined, () =>
      tracer.span('commit-batch', {}, async () => {
        const batch = tracer.traceparent();
        return (await deps.work(items)).map((outcome) => ({ outcome, batch }));
      }),
    ),
  );
  return async (item) => {
    const { outcome, batch } = await gathered(item);
    tracer.link(batch);
    return outcome;
  };
}
