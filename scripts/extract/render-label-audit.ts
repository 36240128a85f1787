import { labelErrors } from '../../packages/extract/src/testing/label-audit.ts';
import { rightOnOtherPages, wrongOnOtherPages } from '../../packages/extract/src/testing/other-pages-audit.ts';

/** `docs/extraction-labels.md`: the errors of the labelled pages that an audit found. */
export function renderLabelAudit(): string {
  const rows = labelErrors.map(([page, ending, error, why]) => `| ${page} | …${ending} | ${error} | ${why} |`);
  const wrong = wrongOnOtherPages.map(([page, ending, what]) => `| ${page} | …${ending} | ${what} |`);
  const right = rightOnOtherPages.reduce((sum, [, ...endings]) => sum + endings.length, 0);
  const all = right + wrong.length;
  return `# Errors of the labelled contact pages

Made by \`pnpm extract:tables\` from \`packages/extract/src/testing/label-audit.ts\`. The labels of
\`cases/contacts.jsonl\` (scrapinghub/webstruct, MIT) contain errors. Every disagreement of Numfleet with a label, told the
region or not, was looked up on its page; of a number only its last four digits are kept here. The rules:

- **absent**: the number stands nowhere on the page, in its text, attributes or scripts. The label is left out.
- **missing**: the number stands on the page as a phone number (after a word such as “Tel”, in a \`tel:\` link, in an element of
  class \`tel\`, in brackets with its area code) and nobody labelled it. Finding it is neither a hit nor wrong.
- **several**: one label holds several numbers of one line. Finding the first is not wrong.
- **country**: the label's E.164 form is of the region that was guessed for the page, and the page says another country. The
  label counts by its digits.

What this is not: an audit of all labels. Only disagreements with Numfleet were looked at, and not those of its peers alone, so
audited figures favour Numfleet; the bench prints figures by the labels as they are beside them.

| page | number | error | why |
|---|---|---|---|
${rows.join('\n')}

## What was tuned on what

No weight was fitted by a program: those of regions and the confidences are ranks that were set by reasoning, and the rules of
context are words and shapes. So there is nothing to learn anew in a cross-validation; the bench prints F1 by fifths of the sites,
which shows how much it depends on them. What there is to say against the figures is that the contact pages are what the rules
were written beside: every disagreement with a label was looked at, and either a defect was mended or the label was judged wrong. F1
on audited labels is 100 % by that, and tells nothing of other pages; by the labels as they are it was 96.2 % on 2026-11-23, from 90.6 % to
100 % by fifths of the sites, where what is wrong are mostly the labels. Some rules were written after what stands on the other
pages (references to notes, ranges of pages). No figure here is of pages that nobody had looked at before.

## Other pages

The 289 pages of other kinds (\`pages/readability\`, \`pages/formasaurus\`: news, forums, shops) have no labels. All that is found on them,
told nothing, was judged by eye: ${all} numbers, of which ${right} are phone numbers and ${wrong.length} are not (precision ${((100 * right) / all).toFixed(0)} %, few as they are).
At the first look 6 of 38 were not; the sixth, an Italian tax number after “C.F.”, was a defect and is mended, the others
are left as they are, so as not to tune to single pages. A test holds that nothing else is found.

| page | number | what it is |
|---|---|---|
${wrong.join('\n')}

What is missed there is known but by what libphonenumber-js finds on text with the US, and with the country of the page's language: of
42 numbers that it finds and Numfleet does not, 41 are dates, counts and the like, and one is a service number of five digits in Iran.
`;
}
