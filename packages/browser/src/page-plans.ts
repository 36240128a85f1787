import type { CdpSession } from './cdp.ts';

/** What a page's own scripts have said of what they are to do. */
export interface Plans {
  /** Something is set for the next half second, or was done a moment ago: a timer, an animation frame. */
  expects: boolean;
  /** It looks at what of it is in view, or at how far it was scrolled. */
  watchesView: boolean;
}

/** What a page does that is not to be known: everything at any time. */
const unknown: Plans = { expects: true, watchesView: true };

/** Asks what `plansScript` has kept. A page that breaks that is waited for as if it were never done. */
export async function readPlans(session: CdpSession): Promise<Plans> {
  const { result } = await session.send('Runtime.evaluate', { expression: readScript, returnByValue: true });
  const { expects, watchesView } = Object(result.value) as Partial<Plans>;
  return typeof expects === 'boolean' && typeof watchesView === 'boolean' ? { expects, watchesView } : unknown;
}

const readScript = `globalThis[Symbol.for('numfleet.plans')]?.tell()`;

/**
 * Runs in the page's own world before its scripts, in its frames too, and keeps what they set for later. Waiting half a
 * second for what may come was more than half of a page's time; that nothing is to come is mostly known at once. Timers are
 * kept until they have run, however late that is. Proxies look like what they stand for.
 */
export const plansScript = `(() => {
  const { apply, construct } = Reflect;
  const { timeOrigin } = performance;
  const clock = performance.now.bind(performance);
  const now = () => timeOrigin + clock();
  const key = Symbol.for('numfleet.plans');
  const begin = () => {
    const due = new Map();
    const plans = { due, doneAt: 0, windows: 0, watchesView: false };
    plans.tell = () => {
      const until = now() + 500;
      const expects = until - plans.doneAt < 650 || due.size >= 1000 || [...due.values()].some((at) => at < until);
      const listens = [window, document, document.body].some((target) => target?.onscroll);
      return { expects, watchesView: plans.watchesView || listens || document.querySelector('iframe[loading="lazy" i]') !== null };
    };
    return plans;
  };
  let plans;
  try { plans = top[key]; } catch {}
  plans ??= begin();
  Object.defineProperty(globalThis, key, { value: plans });
  const { due } = plans;
  const own = ++plans.windows + ':';
  const done = () => { plans.doneAt = now(); };
  const stand = (holder, name, traps) => { holder[name] = new Proxy(holder[name], traps); };
  const setting = (isRepeated) => ({
    apply(target, self, [work, delay, ...rest]) {
      const ms = Math.max(0, Number(delay)) || 0;
      let id;
      const plan = () => { if (due.size < 1000) due.set(own + id, now() + ms); };
      const run = typeof work !== 'function' ? work : function (...given) {
        if (isRepeated) plan();
        else due.delete(own + id);
        done();
        return apply(work, this, given);
      };
      id = apply(target, self, [run, ms, ...rest]);
      plan();
      return id;
    },
  });
  const clearing = {
    apply(target, self, [id]) {
      due.delete(own + id);
      return apply(target, self, [id]);
    },
  };
  stand(globalThis, 'setTimeout', setting(false));
  stand(globalThis, 'setInterval', setting(true));
  stand(globalThis, 'clearTimeout', clearing);
  stand(globalThis, 'clearInterval', clearing);
  stand(globalThis, 'requestAnimationFrame', { apply: (target, self, given) => { done(); return apply(target, self, given); } });
  stand(globalThis, 'IntersectionObserver', {
    construct(target, given, as) {
      plans.watchesView = true;
      return construct(target, given, as);
    },
  });
  stand(EventTarget.prototype, 'addEventListener', {
    apply(target, self, given) {
      if (given[0] === 'scroll') plans.watchesView = true;
      return apply(target, self, given);
    },
  });
})();`;
