import { byteAt, hasTextAt } from './bytes.ts';

/** Where the contents of a raw text element end, and where to go on after its end tag's name. */
type RawTextEnd = { end: number; next: number };

/** The end of `<style>`, `<title>` and the like: the first end tag of that name (HTML standard §13.2.5.12 and after). */
export function findRawTextEnd(bytes: Uint8Array, name: string, from: number): RawTextEnd {
  for (let at = bytes.indexOf(lessThan, from); at !== -1; at = bytes.indexOf(lessThan, at + 1)) {
    if (byteAt(bytes, at + 1) === slash && isTagName(bytes, at + 2, name))
      return { end: at, next: at + 2 + name.length };
  }
  return { end: bytes.length, next: bytes.length };
}

/**
 * The end of a `<script>`. A `<script>` within a `<!--` of it hides the next `</script>` (HTML standard §13.2.5.15 to
 * §13.2.5.31, the "script data escaped" and "double escaped" states).
 */
export function findScriptEnd(bytes: Uint8Array, from: number): RawTextEnd {
  let state: 'plain' | 'escaped' | 'double-escaped' = 'plain';
  let commentStart = -1;
  for (let at = bytes.indexOf(lessThan, from); at !== -1; at = bytes.indexOf(lessThan, at + 1)) {
    if (state !== 'plain' && endsComment(bytes, commentStart, at)) state = 'plain';
    if (state === 'plain' && hasTextAt(bytes, at + 1, '!--')) {
      state = 'escaped';
      // `<!-->` ends the comment that it begins: its dashes count for both.
      commentStart = at + 2;
    } else if (byteAt(bytes, at + 1) === slash && isTagName(bytes, at + 2, 'script')) {
      if (state !== 'double-escaped') return { end: at, next: at + 2 + 'script'.length };
      state = 'escaped';
      commentStart = at + 1;
    } else if (state === 'escaped' && isTagName(bytes, at + 1, 'script')) {
      state = 'double-escaped';
      commentStart = at + 1;
    } else if (state !== 'plain') {
      commentStart = at + 1;
    }
  }
  return { end: bytes.length, next: bytes.length };
}

const lessThan = 0x3c;
const slash = 0x2f;

/** Whether `-->` stands between the two places, of which the first only grows: every character is looked at once. */
function endsComment(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at + 2 < to; at++) {
    if (byteAt(bytes, at) === 0x2d && byteAt(bytes, at + 1) === 0x2d && byteAt(bytes, at + 2) === 0x3e) return true;
  }
  return false;
}

function isTagName(bytes: Uint8Array, at: number, name: string): boolean {
  if (!hasTextAt(bytes, at, name)) return false;
  const after = byteAt(bytes, at + name.length);
  return after === 0x3e || after === slash || after === 0x20 || (after >= 0x09 && after <= 0x0d && after !== 0x0b);
}
