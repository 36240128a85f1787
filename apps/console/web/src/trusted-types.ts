/** The part that is used here; TypeScript's DOM does not know it yet. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML: (markup: string) => string }): unknown;
}

/**
 * The console's policy lets no text become markup (`require-trusted-types-for 'script'`). ECharts empties its places by
 * `innerHTML = ''`, and nothing else: that passes, any other markup is refused.
 */
export function refuseMarkup(): void {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createHTML: (markup) => (markup === '' ? markup : refused()),
  });
}

function refused(): never {
  throw new TypeError('The dashboard sets no markup.');
}
