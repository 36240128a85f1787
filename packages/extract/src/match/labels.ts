import type { FindingLabel } from '@numfleet/contracts';

/** The words that people put before a number, in the languages that we have met most. */
const words: Record<FindingLabel, RegExp> = {
  whatsapp: /whats\s?app|واتس/giu,
  sms: /\bsms\b|\btext (?:us|me)\b/giu,
  fax: /fax|\bfaks|факс|传真|傳真|ファックス|ファクス|팩스|فاكس|فکس|פקס|φαξ|โทรสาร|t[ée]l[ée]copie/giu,
  mobile:
    /\bmob(?:ile?|il)?\b|\bcell(?:ulare|phone)?\b|handy|m[oó]vil|celular|\bgsm\b|portable|моб|手机|手機|携帯|휴대|جوال|موبايل|همراه|נייד|κινητ|มือถือ|kom[oó]rk|matkapuh/giu,
  phone:
    /tel\b|telef|t[ée]l[ée]ph|phone|fon\b|\bcall\b|\bph\b|\bt\b|hotline|toll[- ]?free|тел|电话|電話|전화|هاتف|تلفن|טל|τηλ|โทร|điện thoại|\bpuh|teléf/giu,
};

/** Which label stands last in the text before a number; null where none does. */
export function labelBefore(before: string): FindingLabel | null {
  let label: FindingLabel | null = null;
  let last = -1;
  for (const candidate of Object.keys(words) as FindingLabel[]) {
    for (const match of before.matchAll(words[candidate])) {
      const end = match.index + match[0].length;
      if (end > last) {
        last = end;
        label = candidate;
      }
    }
  }
  return label;
}

/** Whether a label is the last thing before a number, so that what looks like a date or an id is none. */
export function isLabelled(before: string): boolean {
  const word = /([\p{L}][\p{L}\s-]*)[\s.:=()[\]/№#-]{0,6}$/u.exec(before.slice(-24))?.[1];
  return word !== undefined && labelBefore(word) !== null;
}

/** A label in brackets after a number: `020 7946 0958 (fax)`. */
export function labelAfter(after: string): FindingLabel | null {
  const word = /^\s{0,2}[([]\s?([\p{L}\s]{2,20})[)\]]/u.exec(after)?.[1];
  return word === undefined ? null : labelBefore(word);
}
