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

/**
 * The region that an English name, or a word of a longer name, stands for. Most words in capitals are no country, and the same
 * are asked for again and again.
 */
export const regionNamed: (name: string) => string | null = remember(findNamed, 40);

function findNamed(name: string): string | null {
  if (!isFilled) fillNames();
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
}
