import { Buffer } from 'node:buffer';

/** Text in the plain characters that numbers are matched in, and where each of them stood in its source. */
export type FoldedText = Readonly<{
  text: string;
  /** The place in the source of the character at an index of the text. */
  offsetAt(index: number): number;
}>;

/**
 * What a text is written on, character by character. A part that is full becomes a string, and of the places in the source
 * only the steps from each character to the next are kept, in a byte: a page of nothing but digits takes no more than three
 * times its size (six bytes a character in arrays that doubled took 18 times).
 */
export type Sheet = {
  /** The characters of this part, after the last `margin` of the one before it. */
  codes: Uint16Array;
  steps: Uint8Array;
  /** Of this part. */
  length: number;
  /** All codes of this part or-ed, which tells whether they are Latin-1. */
  bits: number;
  /** The place of the last character. */
  place: number;
  /** Places that are too far from the one before them for a byte, those of this part. */
  jumps: number[];
  /** Of the parts that are full. */
  texts: string[];
  places: Places[];
};

/** For each character its step from the one before it; `far` stands for the next of the jumps. */
type Places = Pick<Sheet, 'steps' | 'jumps'>;

const partLength = 4_096;
/** How far back a sheet can be read. */
const margin = 32;
const far = 255;
const newline = 0x0a;

/** Sheets that were given back, for the next: memory for a short text costs more than to write it. */
const spareSheets: Sheet[] = [];
const mostSpare = 4;

export function takeSheet(): Sheet {
  const spare = spareSheets.pop();
  if (spare !== undefined) return spare;
  return {
    codes: new Uint16Array(margin + partLength).fill(newline, 0, margin),
    steps: new Uint8Array(partLength),
    length: 0,
    bits: 0,
    place: 0,
    jumps: [],
    texts: [],
    places: [],
  };
}

export function giveBack(sheet: Sheet): void {
  if (spareSheets.length >= mostSpare) return;
  sheet.codes.fill(newline, 0, margin);
  sheet.length = sheet.bits = sheet.place = 0;
  sheet.jumps = [];
  sheet.texts = [];
  sheet.places = [];
  spareSheets.push(sheet);
}

export function put(sheet: Sheet, code: number, place: number): void {
  if (sheet.length === partLength) endPart(sheet);
  const index = sheet.length;
  const step = place - sheet.place;
  sheet.codes[margin + index] = code;
  sheet.bits |= code;
  sheet.length = index + 1;
  sheet.place = place;
  if (index > 0 && step >= 0 && step < far) sheet.steps[index] = step;
  else {
    sheet.steps[index] = far;
    sheet.jumps.push(place);
  }
}

/** The character that is so many before the end, up to `margin`; a newline where there is none. */
export function codeBeforeEnd({ codes, length }: Sheet, count: number): number {
  return codes[margin + length - count] ?? newline;
}

export function textOfSheet(sheet: Sheet): string {
  // Joined, not added: to look at a character of strings that were added takes four times as long.
  return sheet.texts.length === 0 ? textOfPart(sheet) : [...sheet.texts, textOfPart(sheet)].join('');
}

/** The text and its places; the sheet may be given back. */
export function readSheet(sheet: Sheet): FoldedText {
  const places = [...sheet.places, placesOfPart(sheet)];
  return {
    text: textOfSheet(sheet),
    offsetAt: (index) => offsetIn(places[Math.floor(index / partLength)], index % partLength),
  };
}

function offsetIn(part: Places | undefined, index: number): number {
  let offset = 0;
  let jump = 0;
  for (let at = 0; part !== undefined && at <= index; at++) {
    const step = part.steps[at] ?? 0;
    offset = step === far ? (part.jumps[jump++] ?? 0) : offset + step;
  }
  return offset;
}

function endPart(sheet: Sheet): void {
  sheet.texts.push(textOfPart(sheet));
  sheet.places.push(placesOfPart(sheet));
  sheet.codes.copyWithin(0, partLength, partLength + margin);
  sheet.length = sheet.bits = 0;
  sheet.jumps = [];
}

function placesOfPart({ steps, length, jumps }: Sheet): Places {
  return { steps: steps.slice(0, length), jumps };
}

const latin1 = Buffer.alloc(partLength);

/** Most text is Latin, and `fromCharCode` takes eight bytes for each of its arguments. */
function textOfPart({ codes, length, bits }: Sheet): string {
  if (bits > 0xff) {
    return String.fromCharCode.apply(null, codes.subarray(margin, margin + length) as unknown as number[]);
  }
  for (let index = 0; index < length; index++) latin1[index] = codes[margin + index] ?? 0;
  return latin1.toString('latin1', 0, length);
}
