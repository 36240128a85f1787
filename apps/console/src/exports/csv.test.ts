import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell } from './csv.ts';

/** As RFC 4180 has a reader take one cell. */
const read = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);

test('a cell holds one value, whatever is in it, and none that a spreadsheet would run', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const cell = csvCell(text);
      if (cell.startsWith('"')) expect(cell.slice(1, -1).replaceAll('""', '')).not.toContain('"');
      else expect(cell).not.toMatch(/[",\r\n]/);
      expect(read(cell)).not.toMatch(/^[=+\-@\t\r\n]/);
      expect([text, `'${text}`]).toContain(read(cell));
    }),
  );
});

test.each(['=1+1', '+1+cmd|x', '-1', '@SUM(A1)', '\tx', '\r=x'])('%j is made harmless', (text) => {
  expect(read(csvCell(text))).toBe(`'${text}`);
});

test('G25: our numbers stay as they are to the digit, masked ones too', () => {
  for (const number of ['+442079460958', '+442079460958;ext=123', '+44•••••••58', '+44•••••••58;ext=•']) {
    expect(csvCell(number)).toBe(number);
  }
  expect(csvCell(0.95)).toBe('0.95');
  expect(csvCell(null)).toBe('');
});
