/** More than a page's findings; what is beyond them costs memory and gives nothing. */
const mostKept = 5_000;

/** Adds a value to those of its kind that a page declares, as long as there is room. */
export function keep<Value>(kept: Value[], value: Value): void {
  if (kept.length < mostKept) kept.push(value);
}

/** Whether values of a kind may have been left out. */
export function isFull(kept: readonly unknown[]): boolean {
  return kept.length >= mostKept;
}
