import { useSyncExternalStore } from 'react';

const names = ['ink', 'faint', 'line', 'card', 'done', 'failed', 'leased', 'queued', 'sightings'] as const;
export type Palette = Readonly<Record<(typeof names)[number], string>>;

const dark = matchMedia('(prefers-color-scheme: dark)');
let palette: { isDark: boolean; colours: Palette } | null = null;

/** The colours of the stylesheet, for canvases, which know no custom properties. Follows light and dark. */
export function usePalette(): Palette {
  return useSyncExternalStore(subscribe, readPalette);
}

function subscribe(listener: () => void): () => void {
  dark.addEventListener('change', listener);
  return () => dark.removeEventListener('change', listener);
}

function readPalette(): Palette {
  if (palette?.isDark !== dark.matches) {
    const style = getComputedStyle(document.documentElement);
    const colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    palette = { isDark: dark.matches, colours: colours as Palette };
  }
  return palette.colours;
}
