import { astralDigits, between, foldedCodes, isDigitCode } from './digits/folded-codes.ts';

/** A stretch of a text, by UTF-16 offsets, `end` exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A text as classes of characters: `d` a digit, `s` what may stand between two, `x` any amount of all else. */
export interface FoldedText {
  classes: string;
  /** For each class, where what it stands for begins and ends in the text. */
  starts: number[];
  ends: number[];
}

interface FoldOptions {
  slashJoins: boolean;
  opaque: readonly Span[];
  /** Whether percent-encoding, HTML entities and JavaScript escapes are read as what they stand for. */
  decode: boolean;
}

export function foldText(text: string, { slashJoins, opaque, decode }: FoldOptions): FoldedText {
  const folded: Folding = { classes: [], starts: [], ends: [] };
  const walls = opaque[Symbol.iterator]();
  let wall = walls.next().value;
  let barrenUntil = 0;
  for (let at = 0; at < text.length; ) {
    if (at === wall?.start) {
      append(folded, 'x', wall.start, wall.end);
      at = wall.end;
      wall = walls.next().value;
      continue;
    }
    const read = decode && at >= barrenUntil ? readEscape(text, at, slashJoins) : null;
    if (read?.isBarren) barrenUntil = read.end;
    const escaped = read?.isBarren ? null : read;
    const end = escaped?.end ?? at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    append(folded, escaped?.classes ?? classify(text.slice(at, end), slashJoins), at, end);
    at = end;
  }
  return { ...folded, classes: folded.classes.join('') };
}

type Folding = Omit<FoldedText, 'classes'> & { classes: string[] };

function append({ classes, starts, ends }: Folding, added: string, start: number, end: number): void {
  for (const one of added) {
    if (one === 'x' && classes.at(-1) === 'x') continue;
    classes.push(one);
    starts.push(start);
    ends.push(end);
  }
}

const escapeSequence = new RegExp(
  [
    '(?<percent>(?:%(?:25)*[0-9a-f]{2})+)',
    '&(?:amp;)*#(?:x(?<hexEntity>[0-9a-f]{1,6})|(?<entity>[0-9]{1,7}));?',
    '&(?:amp;)*(?<named>nbsp|ensp|emsp|thinsp|plus|lpar|rpar|period|hyphen|dash|ndash|mdash|minus|shy|zwj|zwnj|sol);',
    '(?<units>(?:\\\\+u[0-9a-f]{4})+)',
    '\\\\+u\\{(?<codePoint>[0-9a-f]{1,6})\\}',
    '\\\\+x(?<hexByte>[0-9a-f]{2})',
    '\\\\+(?<space>[ntrfv])',
  ].join('|'),
  'iy',
);

/**
 * Barren is what stands for neither digit nor separator: in `%4912` the digits then count as such. Nor does any end of it, so that
 * it is read once: an address in Arabic would be decoded anew from each of its bytes on.
 */
function readEscape(text: string, at: number, slashJoins: boolean) {
  const first = text[at];
  if (first !== '%' && first !== '&' && first !== '\\') return null;
  escapeSequence.lastIndex = at;
  const match = escapeSequence.exec(text);
  if (match === null) return null;
  const classes = classify(decodeEscape(match.groups ?? {}), slashJoins);
  return { end: escapeSequence.lastIndex, classes, isBarren: !/[ds]/.test(classes) };
}

function decodeEscape(groups: Record<string, string | undefined>): string {
  if (groups.percent !== undefined) return decodePercent(groups.percent);
  if (groups.units !== undefined) {
    const units = groups.units.match(/[0-9a-f]{4}/gi) ?? [];
    return String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
  }
  if (groups.space !== undefined || groups.named !== undefined) return groups.named === 'sol' ? '/' : ' ';
  const hex = groups.hexEntity ?? groups.codePoint ?? groups.hexByte;
  const code = hex === undefined ? Number(groups.entity) : Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

/** `%2531` stands for `%31`, and that for `1`: however often it was encoded, what counts is the last two digits. */
function decodePercent(encoded: string): string {
  const bytes = encoded.match(/%(?:25)*([0-9a-f]{2})/gi) ?? [];
  return Buffer.from(bytes.map((byte) => byte.slice(-2)).join(''), 'hex').toString('utf8');
}

function classify(characters: string, slashJoins: boolean): string {
  let classes = '';
  for (const character of characters) classes += classesOf(character, slashJoins);
  return classes;
}

/** What each unit of UTF-16 is, once it was asked for: addresses take half as long by it. */
const remembered = { withSlash: new Map<number, string>(), without: new Map<number, string>() };

function classesOf(character: string, slashJoins: boolean): string {
  if (character.length > 1) return newClassesOf(character, slashJoins);
  const known = slashJoins ? remembered.withSlash : remembered.without;
  const unit = character.charCodeAt(0);
  const before = known.get(unit);
  if (before !== undefined) return before;
  const classes = newClassesOf(character, slashJoins);
  known.set(unit, classes);
  return classes;
}

/** A character that extraction folds is what it folds it to; of others the compatibility form, which may be several, counts. */
function newClassesOf(character: string, slashJoins: boolean): string {
  const known = classOf(character, slashJoins);
  if (known !== 'x' || character < '\x80') return known;
  return Array.from(character.normalize('NFKC'), (one) => classOf(one, slashJoins)).join('');
}

/** Between digits a number on a page may have fewer characters than one in a log line, which may be wrapped or quoted. */
const alsoJoins = /^[\s\p{Cf}\p{M}+_·•∙‧・]$/u;

function classOf(character: string, slashJoins: boolean): string {
  const code = character.codePointAt(0) ?? 0;
  const folded = astralDigits.get(code) ?? foldedCodes[code] ?? code;
  if (isDigitCode(folded)) return 'd';
  if (folded === slash) return slashJoins ? 's' : 'x';
  return folded === 0 || between[folded] === 1 || alsoJoins.test(character) ? 's' : 'x';
}

const slash = 0x2f;
