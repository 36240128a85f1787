/** A page that is as costly as its pattern can make it: `before`, then `unit` over and over, then `after`. */
export type AdversarialInput = {
  name: string;
  unit: string | ((index: number) => string);
  before?: string;
  after?: string;
};

/** Each was quadratic, or seconds a megabyte, in some reader of pages or of numbers, or is a near relative of one that was. */
export const adversarialInputs: readonly AdversarialInput[] = [
  { name: 'single digits', unit: '1 ' },
  { name: 'single digits with dashes', unit: '1-' },
  { name: 'pairs of digits', unit: '12 ' },
  { name: 'digits', unit: '7' },
  { name: 'valid numbers', unit: (i) => `212-555-${String(1_000 + (i % 9_000))} ` },
  { name: 'one valid number', unit: '212-555-0123 ' },
  { name: 'one valid number a line', unit: '<p>212-555-0123' },
  { name: 'near-misses of eight digits', unit: (i) => `${10_000_000 + ((i * 7_919) % 9_000_000)} ` },
  { name: 'near-misses of ten digits', unit: (i) => `${1_000_000_000 + ((i * 104_729) % 900_000_000)}, ` },
  { name: 'near-misses in groups', unit: '123 456 789 ' },
  { name: 'near-misses a line', unit: (i) => `<br>+1 ${100 + (i % 99)} 000 0000` },
  { name: 'international', unit: (i) => `+44 20 79${String(i % 100).padStart(2, '0')} ${1_000 + (i % 9_000)}\n` },
  { name: 'unknown country codes', unit: '+999 123 456 789 ' },
  { name: 'dates', unit: '25.08.2015 22:30 ' },
  { name: 'named ids', unit: (i) => `ISBN 212555${1_000 + (i % 9_000)} ` },
  { name: 'URLs with digits', unit: (i) => `http://a.b/?c=212555${1_000 + (i % 9_000)} ` },
  { name: 'slashes', unit: '5551234/01' },
  { name: 'extensions', unit: '2125550123x1' },
  { name: 'vanity prefixes', unit: '1-800-A' },
  { name: 'vanity words', unit: '1-800-FLOWERS ' },
  { name: 'vanity without an end', unit: 'AAAA', before: '1-800-' },
  { name: 'plus signs', unit: '+' },
  { name: 'plus and a digit', unit: '+1' },
  { name: 'opening brackets', unit: '(1' },
  { name: 'brackets', unit: '(1)' },
  { name: 'countries', unit: 'United States of America ' },
  { name: 'country and number', unit: 'Isle of Man 12345678 ' },
  { name: 'post codes', unit: 'SW1A 1AA 1234567 ' },
  { name: 'labels', unit: 'Tel: ' },
  { name: 'labels and near-misses', unit: 'Tel 12345678 ' },
  { name: 'combining marks', unit: '1\u0301' },
  { name: 'zero width', unit: '1\u200b' },
  { name: 'mathematical digits', unit: '𝟎' },
  { name: 'Devanagari', unit: 'क' },
  { name: 'fullwidth', unit: '０１２３４５６ ' },
  { name: 'references', unit: '&#49;' },
  { name: 'references without an end', unit: '&1' },
  { name: 'ampersands', unit: '&' },
  { name: 'long references', unit: '&#000000000000000000000000000000000000049' },
  { name: 'named references', unit: '&CounterClockwiseContourIntegral;1' },
  { name: 'unclosed inline tags', unit: '<b>1 ' },
  { name: 'unclosed blocks', unit: '<p> a</p><div>' },
  { name: 'blocks of digits', unit: '<p>123' },
  { name: 'links', unit: '1<a>' },
  { name: 'tel: links', unit: (i) => `<a href="tel:+1212555${String(i % 10_000).padStart(4, '0')}">` },
  { name: 'a tel: link of single digits', unit: '1 ', before: '<a href="tel:', after: '">' },
  { name: 'hidden elements', unit: '<i style="display:none">1' },
  { name: 'attributes', unit: 'a=1 ', before: '<p ', after: '>' },
  { name: 'attributes without an end', unit: '<a href="/' },
  { name: 'one attribute name', unit: 'a', before: '<p ' },
  { name: 'data attributes', unit: (i) => `<i data-phone="${2_000_000 + i}">` },
  { name: 'titles', unit: (i) => `<i title="call ${20_000_000 + i}">` },
  { name: 'properties', unit: '<i itemprop=telephone>1' },
  { name: 'classes', unit: '<i class="tel">1</i>' },
  { name: 'less-than signs', unit: '<' },
  { name: 'end tags', unit: '</' },
  { name: 'comments', unit: '<!-- 0207' },
  { name: 'dashes in a comment', unit: '-', before: '<!--' },
  { name: 'comment ends', unit: '--!', before: '<!--' },
  { name: 'foreign content', unit: '<svg><style>' },
  { name: 'CDATA', unit: '<![CDATA[', before: '<svg>' },
  { name: 'CDATA ends', unit: ']', before: '<svg><![CDATA[' },
  { name: 'templates', unit: '<template>' },
  { name: 'unclosed titles', unit: '<title>1' },
  { name: 'unclosed textareas', unit: '</textare', before: '<textarea>' },
  { name: 'scripts in comments of scripts', unit: '<script><!--<script>' },
  { name: 'escaped scripts', unit: '<!--<script></script>', before: '<script>' },
  { name: 'script ends', unit: '</scrip', before: '<script>' },
  { name: 'small scripts', unit: '<script>//</script>' },
  { name: 'strings', unit: (i) => `"${2_000_000 + i}",`, before: '<script>' },
  { name: 'quotes', unit: '"', before: '<script>' },
  { name: 'escapes', unit: '\\u0031', before: '<script>"', after: '"' },
  { name: 'backslashes', unit: '\\', before: '<script>"' },
  { name: 'templates of scripts', unit: '`\u0024{', before: '<script>' },
  { name: 'braces of scripts', unit: '`\u0024{}', before: '<script>' },
  { name: 'regular expressions', unit: '=/[', before: '<script>' },
  { name: 'slashes of scripts', unit: '}/ ', before: '<script>' },
  { name: 'comments of scripts', unit: '/*', before: '<script>' },
  { name: 'words of scripts', unit: 'a', before: '<script>' },
  { name: 'JSON-LD of brackets', unit: '[', before: '<script type="application/ld+json">' },
  {
    name: 'JSON-LD of single digits',
    unit: '1 ',
    before: '<script type="application/ld+json">{"telephone":"',
    after: '"}</script>',
  },
  {
    name: 'JSON-LD of numbers',
    unit: (i) => `{"telephone":"212555${1_000 + (i % 9_000)}"},`,
    before: '<script type="application/ld+json">[',
    after: '{}]</script>',
  },
  { name: 'vCard lines', unit: 'TEL;;;:1\n', before: '<script type="text/vcard">' },
  { name: 'folded vCard lines', unit: '\n 1', before: '<script type="text/vcard">TEL:' },
  { name: 'vCard parameters', unit: ';TYPE=', before: '<script type="text/vcard">TEL' },
  { name: 'links to vCards', unit: '<a href="data:text/vcard;base64,VEVMOjEyMzQ1Njc4">' },
  { name: 'a link to a vCard', unit: '%0ATEL:1', before: '<a href="data:text/vcard,', after: '">' },
  { name: 'preformatted lines', unit: '1\n', before: '<pre>' },
  { name: 'preformatted tags', unit: '1<b>', before: '<pre>' },
  { name: 'spaces', unit: ' ', before: '1' },
  { name: 'line ends of text', unit: '1\r\n' },
  { name: 'NUL', unit: '\0' },
];

/** The input at a size, in characters, near enough. */
export function writeAdversarial({ unit, before = '', after = '' }: AdversarialInput, size: number): string {
  if (typeof unit === 'string') return before + unit.repeat(Math.ceil(size / unit.length)) + after;
  const parts = [before];
  for (let length = 0, index = 0; length < size; index++) {
    const part = unit(index);
    parts.push(part);
    length += part.length;
  }
  return parts.join('') + after;
}
