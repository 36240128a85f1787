import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textOf } from '../html/bytes.ts';
import { readStringLiterals, unescapeLiteral } from './string-literals.ts';

function literalsOf(script: string): string[] {
  const bytes = new TextEncoder().encode(script);
  const found: string[] = [];
  readStringLiterals(bytes, 0, bytes.length, (start, end) => found.push(textOf(bytes, start, end)));
  return found;
}

const a = '1234567';
const b = '7654321';

test.each([
  ['strings', `x = "${a}" + '${b}'`, [a, b]],
  ['templates', `x = \`${a} \${y + "${b}"} ${a}\``, [`${a} `, b, ` ${a}`]],
  ['templates with braces in them', `\`\${ {a: {}} }${a}\``, [a]],
  ['JSON', `{"phone": "${a}", "n": ${b}}`, [a]],
  ['escaped quotes', String.raw`"\"${a}\""`, [String.raw`\"${a}\"`]],
  ['after a division', `x / 2; y = "${a}" / 3`, [a]],
  ['after a bracket', `(x) / "${a}" / 2`, [a]],
  ['after an open string', `x = "\n"${a}"`, [a]],
  ['after a comment of HTML', `<!-- "${b}"\n"${a}"`, [a]],
])('G32: reads %s', (_, script, literals) => {
  expect(literalsOf(script)).toEqual(literals);
});

test.each([
  ['a comment', `// "${a}"`],
  ['a block comment', `/* "${a}" */`],
  ['an open comment', `/* "${a}"`],
  ['a regular expression', `x = /"${a}"/g`],
  ['a class of one', `x = /[/"${a}"]/`],
  ['one after a keyword', `return /"${a}"/`],
  ['numbers', `x = ${a}`],
  ['few digits', '"12345"'],
  ['digits far apart', '"1 one, 2 twenty, 3 thirty, 4 fourteen, 5 fifteen, 6 sixteen, 7 seventeen"'],
])('G32: reads nothing from %s', (_, script) => {
  expect(literalsOf(script)).toEqual([]);
});

test('takes any bytes, and its pieces lie within them, in order', () => {
  const piece = fc.constantFrom('"', "'", '`', '${', '}', '/', '/*', '*/', '//', '\n', '\\', '[', ']', a, 'x', '<!--');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const bytes = new TextEncoder().encode(pieces.join(''));
      let last = 0;
      readStringLiterals(bytes, 0, bytes.length, (start, end) => {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(bytes.length);
        last = end;
      });
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  [String.raw`\u002b44\x20\u{31}\/`, '+44 1/'],
  [String.raw`a\nb\\`, 'a b\\'],
  [String.raw`\u00`, 'u00'],
])('unescapes %s', (text, plain) => {
  expect(unescapeLiteral(text)).toBe(plain);
});
