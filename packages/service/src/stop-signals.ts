/** `count` is 1 for the first request to stop, which may take its time, and more for those that mean now. */
export type OnStop = (signal: NodeJS.Signals, count: number) => void;

/**
 * One press of Ctrl-C under `npm start` arrives twice within about 1 ms: the terminal sends SIGINT to the whole group,
 * and npm sends it on to its child. Nobody asks twice within half a second and means it.
 */
const echoMs = 500;

/** Calls `onStop` for each SIGINT and SIGTERM that a person or an owner sent, echoes left out. Never stops listening. */
export function onStopSignals(onStop: OnStop): void {
  let count = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  const hear = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (now - heardAt < echoMs) return;
    heardAt = now;
    count += 1;
    onStop(signal, count);
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
}
