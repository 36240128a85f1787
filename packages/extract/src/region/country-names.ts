import { remember } from '../text/remember.ts';

/** Words in capitals that may be the name of a country. */
export const countryLike =
  /\bU\.S\.A?\.|\bU\.K\.|\bUSA?\b|\bUK\b|[A-ZÖ][a-zéñö]+(?: (?:and |of |the )?[A-Z][a-z]+){0,3}/g;

const ambiguousNames = new Set(['GE', 'JO', 'TD', 'GN', 'ML', 'CU', 'JE', 'MF', 'NU']);
const namesOfRegions = new Map<string, string>([
  ['uk', 'GB'],
  ['u.k.', 'GB'],
  ['u.k', 'GB'],
  ['england', 'GB'],
  ['scotland', 'GB'],
  ['wales', 'GB'],
  ['great britain', 'GB'],
  ['usa', 'US'],
  ['us', 'US'],
  ['u.s.a.', 'US'],
  ['u.s.', 'US'],
  ['united states of america', 'US'],
  ['deutschland', 'DE'],
  ['österreich', 'AT'],
  ['schweiz', 'CH'],
  ['suisse', 'CH'],
  ['italia', 'IT'],
  ['españa', 'ES'],
  ['brasil', 'BR'],
  ['nederland', 'NL'],
  ['holland', 'NL'],
  ['polska', 'PL'],
  ['sverige', 'SE'],
  ['norge', 'NO'],
  ['danmark', 'DK'],
  ['suomi', 'FI'],
  ['méxico', 'MX'],
  ['turkey', 'TR'],
  ['korea', 'KR'],
]);

let isFilled = false;

/** The region that an English name, or a word of a longer name, stands for. Most words in capitals are no country. */
export function regionNamed(name: string): string | null {
  if (!isFilled) fillNames();
  const begins = (edges[edgeAt(name, 0)] ?? 0) & beginning;
  const ends = (edges[edgeAt(name, name.length - 3)] ?? 0) & ending;
  return begins !== 0 || ends !== 0 ? find(name) : null;
}

/** Whether some name begins, or ends, with three letters: looked at first, since to look a name up takes ten times as long. */
const edges = new Uint8Array(1 << 15);
const [beginning, ending] = [1, 2];

/** Without regard to case. A place outside the name counts as a space. */
function edgeAt(name: string, at: number): number {
  return ((name.charCodeAt(at) & 31) << 10) | ((name.charCodeAt(at + 1) & 31) << 5) | (name.charCodeAt(at + 2) & 31);
}

/** Those that may be one are asked for again and again. */
const find = remember(findNamed, 40);

function findNamed(name: string): string | null {
  const lower = name.toLowerCase();
  const known = namesOfRegions.get(lower);
  if (known !== undefined || !lower.includes(' ')) return known ?? null;
  const words = lower.split(' ');
  return (
    namesOfRegions.get(words.slice(-2).join(' ')) ??
    namesOfRegions.get(words.at(-1) ?? '') ??
    namesOfRegions.get(words[0] ?? '') ??
    null
  );
}

function fillNames(): void {
  isFilled = true;
  const names = new Intl.DisplayNames(['en'], { type: 'region' });
  for (let first = 0x41; first <= 0x5a; first++) {
    for (let second = 0x41; second <= 0x5a; second++) {
      const code = String.fromCharCode(first, second);
      const name = names.of(code);
      if (name === undefined || name === code || ambiguousNames.has(code)) continue;
      namesOfRegions.set(name.toLowerCase(), namesOfRegions.get(name.toLowerCase()) ?? code);
    }
  }
  for (const name of namesOfRegions.keys()) {
    edges[edgeAt(name, 0)] = (edges[edgeAt(name, 0)] ?? 0) | beginning;
    edges[edgeAt(name, name.length - 3)] = (edges[edgeAt(name, name.length - 3)] ?? 0) | ending;
  }
}
