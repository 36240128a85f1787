import type { FleetView } from '@numfleet/contracts';
import { type Asked, askConsole } from './ask-console.ts';
import { type Moment, remember } from './fleet-history.ts';

/** What the dashboard knows, and how fresh it is. */
export interface FleetState {
  /** Null until the first answer. */
  view: FleetView | null;
  history: readonly Moment[];
  /** `paused`: the tab is hidden, so nothing is asked. */
  link: 'connecting' | 'live' | 'stale' | 'paused' | 'signed-out';
  /** Why it is stale. */
  trouble: string | null;
  /** When the view was received, epoch ms by this browser's clock. */
  receivedAt: number;
}

/** Asks the console every second while the page is seen. Shaped for React's `useSyncExternalStore`. */
export interface FleetPoll {
  subscribe(listener: () => void): () => void;
  state(): FleetState;
  /** Asks now, not at the next beat. */
  refresh(): void;
}

const everyMs = 1_000;
const everyMsWhileStale = 2_000;

/** The poll runs while someone is subscribed. */
export function createFleetPoll(): FleetPoll {
  const listeners = new Set<() => void>();
  let state: FleetState = { view: null, history: [], link: 'connecting', trouble: null, receivedAt: 0 };
  let running: AbortController | null = null;

  const publish = (next: FleetState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const stop = () => {
    running?.abort();
    running = null;
  };
  const restart = () => {
    stop();
    if (document.hidden) return publish({ ...state, link: 'paused' });
    running = new AbortController();
    void pollUntil(running.signal, (asked) => publish(after(state, asked)));
  };

  return {
    subscribe(listener) {
      if (listeners.size === 0) {
        document.addEventListener('visibilitychange', restart);
        restart();
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        document.removeEventListener('visibilitychange', restart);
        stop();
      };
    },
    state: () => state,
    refresh: restart,
  };
}

async function pollUntil(signal: AbortSignal, onAsked: (asked: Asked<FleetView>) => void): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    const asked = await askConsole<FleetView>('/api/v1/fleet', { signal });
    if (signal.aborted) return;
    onAsked(asked);
    if (!asked.ok && asked.reason === 'signed-out') return;
    const beat = asked.ok ? everyMs : everyMsWhileStale;
    await sleep(Math.max(0, beat - (performance.now() - startedAt)));
  }
}

/** The state once an answer is in. What was seen last stays to be seen: old figures, marked as such, beat none. */
function after(state: FleetState, asked: Asked<FleetView>): FleetState {
  if (!asked.ok) {
    return { ...state, link: asked.reason === 'signed-out' ? 'signed-out' : 'stale', trouble: asked.message };
  }
  const view = asked.answer;
  const history = remember(state.history, view);
  return { view, history, link: 'live', trouble: null, receivedAt: Date.now() };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
