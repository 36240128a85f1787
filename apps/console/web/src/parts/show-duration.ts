/** `8 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h` */
export function showDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return pair(minutes, 'min', whole % 60, 's');
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? pair(hours, 'h', minutes % 60, 'min') : pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Delays between requests: `250 ms`, `1.5 s`, `2 min` */
export function showDelay(ms: number): string {
  if (ms === 0) return 'none';
  if (ms < 1_000) return `${ms} ms`;
  return ms < 60_000 ? `${Number((ms / 1_000).toFixed(1))} s` : showDuration(ms / 1_000);
}

/** What is left: tenths while they pass before one's eyes, whole seconds before that. */
export function showCountdown(ms: number): string {
  return ms < 10_000 ? `${(Math.max(0, ms) / 1_000).toFixed(1)} s` : showDuration(ms / 1_000);
}

/** `now`, `12 s ago` */
export function showAge(ms: number): string {
  return ms < 1_500 ? 'now' : `${showDuration(ms / 1_000)} ago`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
