/**
 * Writes text in the plain characters that numbers are matched in: every decimal digit of Unicode as ASCII, plus signs,
 * full stops, brackets and slashes in their ASCII form, odd spaces as a space, and without the characters that nobody
 * sees (zero width, joiners, direction marks, soft hyphens) or that only decorate a digit (keycaps, combining marks).
 * Dashes that libphonenumber knows stay as they are, because it splits neighbouring numbers at the wide ones.
 * Characters that merely resemble a digit (the letter O, superscripts, circled numbers) are not folded.
 */
export function fold(text: string): string {
  if (!/[\u0080-\uffff]/.test(text)) return text;
  return text
    .replace(foldable, (character) => foldCharacter(character))
    .replace(/(?<=[0-9])\p{M}+/gu, '')
    .replace(/(?<=[0-9])[·‧∙•・](?=[0-9])/g, '.');
}

const foldable = /[[\p{Nd}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Pd}\x85⁺₊＋﹢➕˗⁃．（）［］／⁄～〜：]--[\p{ASCII}‐-―－]]/gv;

const folded = new Map<string, string>([
  ...[...'⁺₊＋﹢➕'].map((plus) => [plus, '+'] as const),
  ...[...'˗⁃'].map((dash) => [dash, '-'] as const),
  ...[...'\x85\u2028\u2029'].map((line) => [line, '\n'] as const),
  ['．', '.'],
  ['（', '('],
  ['）', ')'],
  ['［', '['],
  ['］', ']'],
  ['／', '/'],
  ['⁄', '/'],
  ['～', '~'],
  ['〜', '~'],
  ['：', ':'],
]);

function foldCharacter(character: string): string {
  const known = folded.get(character);
  if (known !== undefined) return known;
  const plain = classOf(character);
  folded.set(character, plain);
  return plain;
}

function classOf(character: string): string {
  if (/\p{Nd}/u.test(character)) return digitOf(character);
  if (/\p{Cf}/u.test(character)) return '';
  return /\p{Pd}/u.test(character) ? '-' : ' ';
}

/** Unicode keeps decimal digits in runs of ten from zero to nine (one run of fifty in mathematics). */
function digitOf(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  let zero = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((codePoint - zero) % 10);
}
