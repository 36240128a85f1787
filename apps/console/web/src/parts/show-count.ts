const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `12,345` */
export function showCount(count: number): string {
  return whole.format(count);
}

/** Per second: one decimal while that says something, `0` for nothing at all. */
export function showRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.05) return '<0.1';
  return perSecond < 100 ? perSecond.toFixed(1) : whole.format(perSecond);
}

/** `212 MiB`, as limits of containers are given. */
export function showBytes(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes < 1_024 ? `${whole.format(mebibytes)} MiB` : `${(mebibytes / 1_024).toFixed(1)} GiB`;
}

/** `1 page`, `2 pages` */
export function showNumberOf(count: number, one: string, many = `${one}s`): string {
  return `${showCount(count)} ${count === 1 ? one : many}`;
}
