import { type Emit, NumfleetError } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';

/** Does each piece of work over and over, at its pace, until it is disposed of. One that fails is told and tried again. */
export function keepWatch(
  rounds: Readonly<Record<string, { everyMs: number; work: () => Promise<void> }>>,
  emit: Emit,
): AsyncDisposable {
  const ended = new AbortController();
  const watching = Object.entries(rounds).map(async ([loop, { everyMs, work }]) => {
    while (await passes(everyMs, ended.signal)) {
      await work().catch((error) => {
        const code = error instanceof NumfleetError ? error.code : 'internal-error';
        emit({ type: 'loop.failed', loop, code, error });
      });
    }
  });
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await Promise.all(watching);
    },
  };
}

async function passes(ms: number, ended: AbortSignal): Promise<boolean> {
  return await sleep(ms, ended).then(
    () => true,
    () => false,
  );
}
