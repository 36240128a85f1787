/**
 * Collects single items into batches of at most `max`, or of what comes within `ms` of the first; `atOnce` batches are
 * worked on at a time. BullMQ has no batches, and a commit costs hardly more for 50 results than for one.
 */
export function createGather<Item, Outcome>(deps: {
  max: number;
  ms: number;
  atOnce: number;
  work: (items: Item[]) => Promise<Outcome[]>;
}): (item: Item) => Promise<Outcome> {
  let waiting: { item: Item; done: PromiseWithResolvers<Outcome> }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let working = 0;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (working >= deps.atOnce || waiting.length === 0) return;
    working += 1;
    const batch = waiting.slice(0, deps.max);
    waiting = waiting.slice(deps.max);
    try {
      const outcomes = await deps.work(batch.map(({ item }) => item));
      for (const [index, { done }] of batch.entries()) done.resolve(outcomes[index] as Outcome);
    } catch (error) {
      for (const { done } of batch) done.reject(error);
    } finally {
      working -= 1;
      if (waiting.length > 0) void flush();
    }
  }

  return (item) => {
    const done = Promise.withResolvers<Outcome>();
    waiting.push({ item, done });
    if (waiting.length >= deps.max) void flush();
    else timer ??= setTimeout(() => void flush(), deps.ms);
    return done.promise;
  };
}
