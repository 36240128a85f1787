/** Where a language is mainly spoken, the likeliest region of a page in it first. English is spoken everywhere. */
const regionsByLanguage: Readonly<Record<string, string>> = {
  am: 'ET',
  ar: 'SA EG AE',
  az: 'AZ',
  be: 'BY',
  bg: 'BG',
  bn: 'BD IN',
  bs: 'BA',
  ca: 'ES',
  cs: 'CZ',
  cy: 'GB',
  da: 'DK',
  de: 'DE AT CH',
  el: 'GR CY',
  en: 'US GB',
  es: 'ES MX AR',
  et: 'EE',
  eu: 'ES',
  fa: 'IR',
  fi: 'FI',
  fil: 'PH',
  fr: 'FR BE CH',
  ga: 'IE',
  gl: 'ES',
  gu: 'IN',
  he: 'IL',
  hi: 'IN',
  hr: 'HR',
  hu: 'HU',
  hy: 'AM',
  id: 'ID',
  is: 'IS',
  it: 'IT CH',
  ja: 'JP',
  ka: 'GE',
  kk: 'KZ',
  km: 'KH',
  kn: 'IN',
  ko: 'KR',
  lo: 'LA',
  lt: 'LT',
  lv: 'LV',
  mk: 'MK',
  ml: 'IN',
  mn: 'MN',
  mr: 'IN',
  ms: 'MY',
  my: 'MM',
  nb: 'NO',
  ne: 'NP',
  nl: 'NL BE',
  nn: 'NO',
  no: 'NO',
  pa: 'IN',
  pl: 'PL',
  pt: 'BR PT',
  ro: 'RO MD',
  ru: 'RU KZ',
  si: 'LK',
  sk: 'SK',
  sl: 'SI',
  sq: 'AL',
  sr: 'RS',
  sv: 'SE',
  sw: 'KE TZ',
  ta: 'IN LK',
  te: 'IN',
  th: 'TH',
  tl: 'PH',
  tr: 'TR',
  uk: 'UA',
  ur: 'PK',
  uz: 'UZ',
  vi: 'VN',
  zh: 'CN TW HK',
};

export function regionsOfLanguage(language: string): string[] {
  return Object.hasOwn(regionsByLanguage, language) ? (regionsByLanguage[language]?.split(' ') ?? []) : [];
}

/** Scripts that give a language away where a page does not name one: what their letters are, and where they are used. */
const scripts: readonly [letters: RegExp, language: string][] = [
  [/[\u3040-\u30ff]/g, 'ja'],
  [/[\uac00-\ud7af]/g, 'ko'],
  [/[\u0e00-\u0e7f]/g, 'th'],
  [/[\u0590-\u05ff]/g, 'he'],
  [/[\u0370-\u03ff]/g, 'el'],
  [/[іїєґ]/g, 'uk'],
  [/[\u0400-\u04ff]/g, 'ru'],
  [/[پچژگ]/g, 'fa'],
  [/[\u0600-\u06ff]/g, 'ar'],
  [/[\u0900-\u097f]/g, 'hi'],
  [/[\u4e00-\u9fff]/g, 'zh'],
];

/** Words that are frequent in one language and rare in the others. */
const words: readonly [pattern: RegExp, language: string][] = [
  [/\b(?:the|and|of|for|with|your|our|this)\b/gi, 'en'],
  [/\b(?:und|der|die|das|mit|für|von|nicht|uhr)\b/gi, 'de'],
  [/\b(?:les|des|et|une|pour|vous|nous|dans|avec|du)\b/gi, 'fr'],
  [/\b(?:los|las|una|para|con|nuestro|por|del)\b/gi, 'es'],
  [/\b(?:il|gli|della|per|che|di|sono|con|nel)\b/gi, 'it'],
  [/\b(?:não|para|uma|dos|das|com|você|em)\b/gi, 'pt'],
  [/\b(?:het|een|van|voor|met|niet|onze|zijn)\b/gi, 'nl'],
  [/\b(?:się|nie|jest|oraz|dla|na|przez)\b/gi, 'pl'],
  [/\b(?:och|för|att|är|på|med|som)\b/gi, 'sv'],
  [/\b(?:ve|bir|için|ile|bu|olarak)\b/gi, 'tr'],
];

const leastLetters = 8;
const leastWords = 3;
const sample = 4_000;

/** A guess from the text's letters, and from its most frequent words where those are Latin; null where it has too few. */
export function languageOfText(text: string): string | null {
  const head = text.slice(0, sample);
  if (/[\u0370-\uffff]/.test(head)) {
    const script = scripts.find(([letters]) => (head.match(letters)?.length ?? 0) >= leastLetters);
    if (script !== undefined) return script[1];
  }
  let best: string | null = null;
  let most = leastWords - 1;
  for (const [pattern, language] of words) {
    const count = head.match(pattern)?.length ?? 0;
    if (count > most) [most, best] = [count, language];
  }
  return best;
}
