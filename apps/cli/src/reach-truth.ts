import { NumfleetError } from '@numfleet/contracts';
import { reachDatabase } from '@numfleet/embedded';
import { createStore, type Store } from '@numfleet/store';
import type { Surroundings } from './surroundings.ts';

export interface ReachedTruth extends AsyncDisposable {
  store: Store;
}

/** What reads a whole table must not be cut off by the limit that is meant for services. */
const statementTimeoutMs = 600_000;

/**
 * The database itself, for what must not have to believe a service: DATABASE_URL, else that of the home folder, which is
 * started for it where no fleet runs. Throws `postgres-failed` where there is none.
 */
export async function reachTruth(around: Surroundings, applicationName: string): Promise<ReachedTruth> {
  await using stack = new AsyncDisposableStack();
  const store = (connectionString: string) =>
    stack.use(createStore({ connectionString, applicationName, max: 2, statementTimeoutMs }));
  const { config, home, signal } = around;
  if (config.DATABASE_URL !== undefined) return hold(stack, store(config.DATABASE_URL));
  const reached = await reachDatabase({ home, database: 'numfleet', signal });
  if (reached !== null) return hold(stack, store(stack.use(reached).connectionString));
  throw new NumfleetError(
    'postgres-failed',
    `There is no database in ${home} yet. Set DATABASE_URL to look at another.`,
  );
}

function hold(stack: AsyncDisposableStack, store: Store): ReachedTruth {
  const held = stack.move();
  return { store, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
