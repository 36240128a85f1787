import type { Emit } from '@numfleet/contracts';

/**
 * Keeps a browser that cannot live here from being started over and over: after three in a row that did not start, or
 * ended badly soon after, each next one waits, twice as long every time. Without it a worker whose browser crashes at once
 * starts three a second and does nothing else.
 */
export interface LaunchBrake {
  /** How long no browser is to be started from now on, ms. */
  pausedForMs(): number;
  /** One did not start or did not live. */
  onCrash(): void;
  onLife(): void;
}

/** Each pause is told. */
export function createLaunchBrake(emit: Emit, now: () => number = () => performance.now()): LaunchBrake {
  let crashes = 0;
  let until = 0;
  return {
    pausedForMs: () => Math.max(0, until - now()),
    onCrash() {
      crashes += 1;
      const inMs = crashes < crashesInRow ? 0 : Math.min(firstPauseMs * 2 ** (crashes - crashesInRow), longestPauseMs);
      until = now() + inMs;
      if (inMs > 0) emit({ type: 'browser.paused', crashes, inMs });
    },
    onLife() {
      crashes = 0;
      until = 0;
    },
  };
}

const crashesInRow = 3;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
