/** The clock on the wall shows whole milliseconds, in which a parent and its children often start together. */
const mostDriftMs = 5;

let offset = Date.now() - performance.now();

/** Now, in ms since the epoch with its fractions: the process' own clock, set by the one on the wall when it has drifted. */
export function wallClock(): number {
  const drift = Date.now() - (performance.now() + offset);
  if (Math.abs(drift) > mostDriftMs) offset += drift;
  return performance.now() + offset;
}
