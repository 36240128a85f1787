import type { CdpSession } from './cdp.ts';
import type { IsolatedWorld } from './isolated-world.ts';
import { readPlans } from './page-plans.ts';

/** What a look at the document tells. */
export interface Activity {
  /** Since elements or text were last put in or taken out, ms; counts from the first look. 0 while it is scrolled. */
  unchangedForMs: number;
  /** Digits in its text, at most those of the first million characters. */
  digits: number;
  /** Whether it has set something for the next half second, or an animation runs that is to end. */
  expects: boolean;
}

/**
 * Looks at the document. The first look begins to watch it. One that watches what of it is in view is scrolled through as it
 * grows, for what is loaded only then: at most 6 screens. That costs painting: 146 ms of CPU for a page of plain text
 * without, 198 ms with 6 screens, 236 ms with 12. A high viewport instead takes as long, and 80 MiB with four pages at a time.
 */
export async function lookAt(session: CdpSession, world: IsolatedWorld): Promise<Activity> {
  const { expects, watchesView } = await readPlans(session);
  const seen = await world.call<Activity>(lookScript, { watchesView });
  return { ...seen, expects: expects || seen.expects };
}

/** Attributes are left out: banners and menus change them without end, and a number is not made of them. */
const lookScript = `({ watchesView }) => {
  const watch = () => {
    const seen = { changedAt: performance.now(), digits: null, steps: 0, scrolledAt: 0, watchesView };
    const changed = () => {
      seen.changedAt = performance.now();
      seen.digits = null;
    };
    new MutationObserver(changed).observe(document, { childList: true, characterData: true, subtree: true });
    setInterval(() => {
      if (!canScroll(seen)) return;
      seen.steps += 1;
      seen.scrolledAt = performance.now();
      scrollBy({ top: 0.9 * innerHeight, behavior: 'instant' });
    }, 60);
    return seen;
  };
  const canScroll = ({ steps, watchesView }) => {
    const view = document.scrollingElement;
    return watchesView && view !== null && steps < 6 && view.scrollTop + innerHeight < view.scrollHeight - 2;
  };
  const countDigits = () => {
    const text = (document.body?.textContent ?? '').slice(0, 1_000_000);
    let count = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 48 && code <= 57) count += 1;
    }
    return count;
  };
  const seen = (globalThis.numfleetSeen ??= watch());
  seen.digits ??= countDigits();
  seen.watchesView = watchesView;
  const now = performance.now();
  const isScrolling = canScroll(seen) || now - seen.scrolledAt < 150;
  const expects = document.getAnimations().some((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime < Infinity);
  return { unchangedForMs: isScrolling ? 0 : now - seen.changedAt, digits: seen.digits, expects };
}`;
