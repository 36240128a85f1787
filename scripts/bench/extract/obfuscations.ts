/** Ways of writing a number that a person still reads, each of a number's usual spelling. */
export const obfuscations: Record<string, (spelling: string) => string> = {
  fullwidth: inDigits(0xff10),
  'Arabic-Indic': inDigits(0x0660),
  Persian: inDigits(0x06f0),
  Devanagari: inDigits(0x0966),
  Bengali: inDigits(0x09e6),
  Thai: inDigits(0x0e50),
  'mathematical bold': inDigits(0x1d7ce),
  'mathematical monospace': inDigits(0x1d7f6),
  'segmented digits': inDigits(0x1fbf0),
  'zero-width space': betweenDigits('\u200b'),
  'zero-width non-joiner': betweenDigits('\u200c'),
  'zero-width joiner': betweenDigits('\u200d'),
  'word joiner': betweenDigits('\u2060'),
  'soft hyphen': betweenDigits('\u00ad'),
  'left-to-right mark': betweenDigits('\u200e'),
  'Arabic letter mark': betweenDigits('\u061c'),
  'decimal references': (spelling) => spelling.replace(/[^<>]/g, (one) => `&#${one.codePointAt(0)};`),
  'hexadecimal references': (spelling) =>
    spelling.replace(/[^<>]/g, (one) => `&#x${one.codePointAt(0)?.toString(16)};`),
  'bold digits': (spelling) => spelling.replace(/\d/g, '<b>$&</b>'),
  'comments between digits': betweenDigits('<!-- x -->'),
  'wbr between digits': betweenDigits('<wbr>'),
  'no-break spaces': (spelling) => spelling.replaceAll(' ', '\u00a0'),
  'non-breaking hyphens': (spelling) => spelling.replaceAll('-', '\u2011'),
  keycaps: (spelling) => spelling.replace(/\d/g, '$&\ufe0f\u20e3'),
};

function inDigits(zero: number): (spelling: string) => string {
  return (spelling) => spelling.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
}

function betweenDigits(mark: string): (spelling: string) => string {
  return (spelling) => spelling.replace(/\d/g, `$&${mark}`);
}
