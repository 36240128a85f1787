import { layout } from '../layout.ts';
import { inText, type Page, type Site } from '../site.ts';

const title = 'Bazaar of Digits';
const nav = {
  '/fullwidth': 'Fullwidth',
  '/arabic': 'عربي',
  '/persian': 'فارسی',
  '/hindi': 'हिन्दी',
  '/zero-width': 'Zero width',
  '/split': 'Split',
};

/** Digits other than ASCII's, and digits with something invisible between them. */
export const digitsSite: Site = {
  host: 'bazaar.test',
  pages: [
    page('/', 'en', '<p>One bazaar, many digits. Ours: +44 116 496 0101</p>', '+441164960101'),
    page('/fullwidth', 'ja', '<p>電話：＋４４ １１６ ４９６ ０１０２</p>', '+441164960102'),
    page('/arabic', 'ar', `<p>هاتف: ${inDigits('+44 116 496 0103', '٠')}</p>`, '+441164960103'),
    page('/persian', 'fa', `<p>تلفن: ${inDigits('+44 116 496 0104', '۰')}</p>`, '+441164960104'),
    page('/hindi', 'hi', `<p>फ़ोन: ${inDigits('+44 116 496 0105', '०')}</p>`, '+441164960105'),
    page(
      '/zero-width',
      'en',
      // ZERO WIDTH SPACE, SOFT HYPHEN, WORD JOINER, LEFT-TO-RIGHT MARK
      '<p>Shop: +44 116\u200b 496 01\u00ad06</p><p>Stall: +44 1\u206016 496 \u200e0107</p>',
      '+441164960106',
      '+441164960107',
    ),
    page(
      '/split',
      'en',
      '<p>Desk: &#43;44 &#49;16 4&#x39;6 0108</p><p>Gate: +44 <b>116</b> 49<!-- -->6 01<wbr>09</p>',
      '+441164960108',
      '+441164960109',
    ),
  ],
};

function page(path: string, lang: string, body: string, ...numbers: string[]): Page {
  return {
    path,
    kind: 'digits',
    answer: { body: layout({ title, lang, nav, body }) },
    expected: inText(...numbers),
  };
}

/** The same number in the digits of another script, given by its zero. */
function inDigits(number: string, zero: string): string {
  return number.replace(/[0-9]/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)));
}
