/** The WHATWG encoding that a label stands for, lower case; null for no label, or one that we cannot decode. */
export function encodingOfLabel(label: string | null): string | null {
  if (label === null) return null;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}
