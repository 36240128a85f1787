import { descendantsOf } from '@numfleet/e2e';

export type Fault = 'renderer' | 'browser';

/** Kills one renderer, or the browser, of a crawler, as a crash would; false where there is none. */
export async function killOneOf(crawler: number, fault: Fault): Promise<boolean> {
  const processes = (await descendantsOf(crawler)).filter(({ pid }) => pid !== crawler);
  const isRenderer = (command: string) => /--type=renderer\b/.test(command);
  const isBrowser = (command: string) => /--remote-debugging-pipe/.test(command) && !/--type=/.test(command);
  const victim = processes.find(({ command }) => (fault === 'renderer' ? isRenderer(command) : isBrowser(command)));
  if (!victim) return false;
  try {
    process.kill(victim.pid, 'SIGKILL');
    return true;
  } catch {
    return false; // it ended by itself
  }
}
