/** The WHATWG encoding that a label stands for, lower case; null for no label, or one that we cannot decode. */
export function encodingOfLabel(label: string | null): string | null {
  if (label === null) return null;
  const known = knownLabels.get(label);
  if (known !== undefined) return known;
  const encoding = encodingNamed(label);
  if (knownLabels.size >= mostKnown) knownLabels.clear();
  knownLabels.set(label, encoding);
  return encoding;
}

/** To ask for a label's encoding takes as long as to look for the label in a page. */
const knownLabels = new Map<string, string | null>();
const mostKnown = 100;

function encodingNamed(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}
