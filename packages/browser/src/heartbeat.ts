import { sleep } from '@numfleet/service';
import type { RunningBrowser } from './launch-browser.ts';
import { settles } from './settles.ts';

/**
 * Asks the browser something that it can answer without any page, every 2 s until it is gone. `onBeat` runs after each
 * answer; `onSilent` once, when none comes in time: the browser is stopped, thrashing, or its pipe is blocked.
 */
export async function watchHeartbeat(
  browser: RunningBrowser,
  { onBeat, onSilent }: { onBeat: () => Promise<void>; onSilent: (timeoutMs: number) => void },
): Promise<void> {
  try {
    for (;;) {
      await sleep(beatEveryMs, browser.gone);
      const answered = await settles(browser.cdp.browser.send('Browser.getVersion'), beatTimeoutMs);
      browser.gone.throwIfAborted();
      if (!answered) return onSilent(beatTimeoutMs);
      await onBeat();
    }
  } catch {
    // gone, which whoever ended it has told
  }
}

const beatEveryMs = 2_000;
const beatTimeoutMs = 5_000;
