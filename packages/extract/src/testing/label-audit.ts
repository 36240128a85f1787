/** What is wrong with a label of the contact pages, by the rules of `docs/extraction-labels.md`. */
export type LabelError = 'absent' | 'missing' | 'several' | 'line' | 'country';

/**
 * The errors of `cases/contacts.jsonl` that an audit found, each looked up on its page: the page, the last four digits of the
 * number, and what is wrong. The full numbers are the pages' and are not kept here.
 */
export const labelErrors: readonly (readonly [page: string, ending: string, error: LabelError, why: string])[] = [
  ['business_pages-wa-16', '1111', 'missing', 'a tel: link of the menu'],
  ['business_pages-wa-53', '4672', 'missing', '“Fax:” and a number in words'],
  ['business_pages-wa-106', '8364', 'missing', 'in brackets with its area code, at the top of the page'],
  ['business_pages-wa-149', '0580', 'missing', 'in the description of the page'],
  ['business_pages-wa-172', '6736', 'missing', 'in brackets with its area code, in the menu'],
  ['business_pages-wa-206', '3975', 'absent', 'the page has another number in its place'],
  ['business_pages-wa-206', '3052', 'missing', 'the number that the page has'],
  ['business_pages-wa-209', '3975', 'absent', 'the page has another number in its place'],
  ['business_pages-wa-209', '3052', 'missing', 'the number that the page has'],
  ['business_pages-wa-296', '7990', 'country', 'of the office in Shanghai'],
  ['business_pages-wa-296', '4545', 'country', '“Toll Free (India)”'],
  ['business_pages-wa-296', '3638', 'several', 'three lines in one label'],
  ['business_pages-wa-296', '4799', 'line', 'the second line of a label'],
  ['business_pages-wa-296', '4800', 'line', 'the third line of a label'],
  ['business_pages-wa-296', '2669', 'several', 'two lines in one label'],
  ['business_pages-wa-296', '2779', 'line', 'the second line of a label'],
  ['business_pages-wa-296', '6800', 'several', 'two lines in one label'],
  ['business_pages-wa-296', '6868', 'line', 'the second line of a label'],
  ['business_pages-wa-296', '1385', 'several', 'two lines in one label'],
  ['business_pages-wa-296', '1386', 'line', 'the second line of a label'],
  ['business_pages-wa-296', '0020', 'several', 'two lines in one label'],
  ['business_pages-wa-296', '0030', 'line', 'the second line of a label'],
  ['business_pages-wa-310', '6009', 'missing', '“Call” in the description of the page'],
  ['us_contact_pages-wa-48', '3203', 'several', 'two numbers in one label'],
  ['us_contact_pages-wa-50', '1341', 'absent', 'nowhere on the page'],
  ['us_contact_pages-wa-50', '3886', 'absent', 'nowhere on the page'],
  ['us_contact_pages-wa-50', '5241', 'missing', 'of class tel, in the address of a shop'],
  ['us_contact_pages-wa-50', '1837', 'missing', 'of class tel, in the address of a shop'],
];
