import { remember } from '../text/remember.ts';

/** The WHATWG encoding that a label stands for, lower case; null for no label, or one that we cannot decode. */
export function encodingOfLabel(label: string | null): string | null {
  return label === null ? null : encodingNamed(label);
}

/** To ask for a label's encoding takes as long as to look for the label in a page. */
const encodingNamed = remember((label): string | null => {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}, 40);
