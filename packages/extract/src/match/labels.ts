import type { FindingLabel } from '@numfleet/contracts';
import { remember } from '../text/remember.ts';

/** The words that people put before a number, in the 30 languages that the web is mostly written in. */
const words: Record<FindingLabel, string> = {
  whatsapp: 'whats ?app|واتس|вотсап|ватсап|ワッツアップ',
  sms: '\\bsms\\b|\\btext (?:us|me)\\b|смс|短信',
  fax:
    'fax|telefax|телефакс|\\bfaks|факс|传真|傳真|ファックス|ファクス|ファクシミリ|팩스|فاكس|فکس|نمابر|דור[- ]?פקס|פקס|φαξ|โทรสาร|แฟกซ์|फ़?ैक्स|फैक्स|' +
    't[ée]l[ée]copie|т\\/ф|(?<![\\p{L}.])f(?=[.:])',
  mobile:
    '\\bmob(?:ile?|ili?|iel|iltelefon)?\\b|\\bcell(?:ulare|phone|ulaire)?\\b|handy\\b|m[oó]vil|celular|telem[oó]vel|\\bgsm\\b|' +
    'portable|natel|kom[oó]rk|matkapuh|k[aä]nnyk|mobiln|mobilni|mobitel|\\bcep\\b|di đ[ộo]ng|ponsel|\\bhp\\b|' +
    'моб|сотов|手机|手機|携帯|行動電話|휴대|핸드폰|جوال|موبايل|موبایل|محمول|همراه|נייד|κινητ|มือถือ|मोबाइल|মোবাইল',
  phone:
    'tel\\b|telef|t[ée]l[ée]ph|phone|\\bfon\\b|fono\\b|\\bcall\\b|\\bph\\b|(?<![\\p{L}.])t(?=[.:])|hotline|help ?line|toll[- ]?free|freephone|freecall|' +
    'appelez|llame|\\bligue|chiama|anruf|\\bruf|bel ons|zadzwoń|\\bdzwo|volejte|hívjon|sunați|ring\\b|\\bpuh|gọi|điện thoại|telpon|' +
    'тел|звоните|телефон|电话|電話|热线|熱線|客服|お問い合わせ|フリーダイヤル|전화|대표번호|هاتف|تلفن|اتصل|טל|τηλ|โทร|फ़?ोन|फोन|ফোন|தொலைபேசி',
};

const labels = Object.keys(words) as FindingLabel[];
/** One search for all of them, a group each. */
const anyWord = new RegExp(labels.map((label) => `(${words[label]})`).join('|'), 'giu');

/** Which label stands last in the text before a number; null where none does. */
export function labelBefore(before: string): FindingLabel | null {
  if (!/\p{L}/u.test(before)) return null;
  let label: FindingLabel | null = null;
  for (const match of before.matchAll(anyWord)) {
    label = labels.find((_, index) => match[index + 1] !== undefined) ?? label;
  }
  return label;
}

/** Whether a label is the last thing before a number, so that what looks like a date or an id is none. */
export function isLabelled(before: string): boolean {
  const words = wordsAtEnd(before);
  return words !== '' && !isSlug.test(words) && isLabel(words);
}

/** Of an address: `iphone-sales-1350065`. */
const isSlug = /\p{L}-\p{L}+-$/u;

const [longestWords, mostMarks] = [24, 6];

/** What stands before numbers repeats, and the search for labels is the dearest of all that is asked of a candidate. */
const isLabel = remember((words) => labelBefore(words) !== null, longestWords + 1);

const mark = /[\s.:=()[\]/№#"'-]/;

/** Letters, spaces and hyphens before the marks that a text ends with, and those marks. By hand: 2 µs by a pattern. */
function wordsAtEnd(before: string): string {
  const least = Math.max(0, before.length - longestWords);
  let letters = before.length;
  while (letters > least && before.length - letters < mostMarks && mark.test(before.charAt(letters - 1))) letters -= 1;
  let start = letters;
  while (start > least && isWordPart(before.charCodeAt(start - 1))) start -= 1;
  // With the character before them: `C.F.` is no `F.`
  return start === letters ? '' : before.slice(Math.max(least, start - 1));
}

function isWordPart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code >= 0xaa || code === 0x20 || code === 0x2d;
}

/** A label in brackets after a number: `020 7946 0958 (fax)`. */
export function labelAfter(after: string): FindingLabel | null {
  if (!/^\s{0,2}[([]/.test(after)) return null;
  const word = /^\s{0,2}[([]\s?([\p{L}\s]{2,20})[)\]]/u.exec(after)?.[1];
  return word === undefined ? null : labelBefore(word);
}
