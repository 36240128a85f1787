import type { CdpSession } from './cdp.ts';

/** Runs scripts of ours in a page, in a world of their own where the page's scripts cannot have replaced anything. */
export interface IsolatedWorld {
  /** Calls a function, given as its source, with what JSON can hold; gives what it gives. Waits for as long as the page computes. */
  call<T>(source: string, argument?: unknown): Promise<T>;
}

export async function openIsolatedWorld(session: CdpSession, frameId: string): Promise<IsolatedWorld> {
  let contextId = await createContext(session, frameId);
  const evaluate = async (expression: string) =>
    await session.send('Runtime.evaluate', { contextId, expression, awaitPromise: true, returnByValue: true });
  return {
    async call<T>(source: string, argument: unknown = null) {
      const expression = `(${source})(${JSON.stringify(argument)})`;
      const { result, exceptionDetails } = await evaluate(expression).catch(async (error) => {
        // A `javascript:` address puts another document in the place of the one before, and its worlds go with that.
        if (!/find context/.test(String(error))) throw error;
        contextId = await createContext(session, frameId);
        return await evaluate(expression);
      });
      // Without the exception, which may hold the page's text.
      if (exceptionDetails) throw new Error('a script of ours failed in the page');
      return result.value as T;
    },
  };
}

async function createContext(session: CdpSession, frameId: string): Promise<number> {
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId });
  return executionContextId;
}
