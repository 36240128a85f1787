import { type LabelError, labelErrors } from '../../packages/extract/src/testing/label-audit.ts';
import { mendedOnOtherPages, rightOnOtherPages } from '../../packages/extract/src/testing/other-pages-audit.ts';

/** `docs/extraction-labels.md`: the errors of the labelled pages that an audit found, and what the figures are worth. */
export function renderLabelAudit(): string {
  const rows = labelErrors.map(([page, ending, error, why]) => `| ${page} | …${ending} | ${error} | ${why} |`);
  const mended = mendedOnOtherPages.map(([page, ending, what, by]) => `| ${page} | …${ending} | ${what} | ${by} |`);
  const right = rightOnOtherPages.reduce((sum, [, ...endings]) => sum + endings.length, 0);
  const count = (...errors: LabelError[]): number => labelErrors.filter(([, , error]) => errors.includes(error)).length;
  return `# Errors of the labelled contact pages

Made by \`pnpm extract:tables\` from \`packages/extract/src/testing/label-audit.ts\`. The labels of
\`cases/contacts.jsonl\` (scrapinghub/webstruct, MIT) contain errors. Every disagreement of Numfleet with a label, told the
region or not, was looked up on its page, twice; of a number only its last four digits are kept here. The rules:

- **absent**: the number stands nowhere on the page, in its text, attributes or scripts. The label is left out.
- **missing**: the number stands on the page as a phone number (after a word such as “Tel”, in a \`tel:\` link, in an element of
  class \`tel\`, in brackets with its area code) and nobody labelled it. Finding it is neither a hit nor wrong.
- **several**: one label holds several numbers of one line. Finding the first is not wrong.
- **line**: a further number of such a label, \`3203 / 3206\`. Finding it is neither a hit nor wrong.
- **country**: the label's E.164 form is of the region that was guessed for the page, and the page says another country. The
  label counts by its digits.

## From the labels as they are to the audited ones

Told nothing, 402 numbers are found that count; by the labels as they are 378 are right and 24 wrong, and 6 labels are missed: recall 98.4,
precision 94.0, F1 96.2 %. All of these 30 are errors of the labels:

| | wrong by the labels as they are | missed by them |
|---|---:|---:|
| missing: nobody labelled it (in the text 7, in the description of the page 2, in a link 1) | ${count('missing')} | |
| several numbers in one label: the first | ${count('several')} | |
| several numbers in one label: the others | ${count('line')} | |
| country: another than was guessed for the page | ${count('country')} | ${count('country')} |
| absent: not on the page | | ${count('absent')} |

13 of the 24 are on one page, of a firm's offices in the world. So by the labels as they are no extractor that finds what is on the
pages can reach a precision above 94.0 % at this recall; whether it reaches 97.5 % can only be told by the audited ones. Both are printed by
\`pnpm bench extract\`, each with the paired bootstrap.

libphonenumber-js on text was audited alike: what it finds on these pages that is no label, with the US and told the region, was looked up as
well. All but three of them are entries of the table below; the three are a list of models, an IPv4 address and a row of page numbers.
What this is not: an audit of all labels; where both agree with a label, nobody looked.

| page | number | error | why |
|---|---|---|---|
${rows.join('\n')}

## What was tuned on what

No weight was fitted by a program: those of regions and the confidences are ranks that were set by reasoning, and the rules of
context are words and shapes. So there is nothing to learn anew in a cross-validation; the bench prints the figures of both halves of
the sites, by a hash of their names, and of their fifths, which shows how much depends on them. What there is to say against the
figures is that the contact pages are what the rules were written beside: every disagreement with a label was looked at, and either a
defect was mended or the label was judged wrong. F1 on audited labels is 100 % by that, and tells nothing of other pages.

## Other pages

The 289 pages of other kinds (\`pages/readability\`, \`pages/formasaurus\`: news, forums, shops) have no labels. All that is found on them,
told nothing, was judged by eye. At first it was 38 numbers, of which 6 were none (precision 84 %); now it is ${right}, all of which are phone
numbers. What was wrong belongs to classes, each of which has a rule and tests of its own:

| page | number | what it was | rejected since |
|---|---|---|---|
${mended.join('\n')}

So this set, too, was seen. As a harder trial the same pages were read as if the operator had said that they were of each of 18 countries
in turn, most of them wrongly, so that any digits of their length may be a number: 499 findings before these rules, 329 after, the phone
numbers among them the same. And 198 spellings of what is no phone number (tax, company, bank and order numbers, dates, versions, sums)
in the words of 30 countries, each in its own region: 29 were taken for numbers before, 3 after.

What is missed there is known but by what libphonenumber-js finds on text with the US, and with the country of the page's language: of
42 numbers that it finds and Numfleet does not, 41 are dates, counts and the like, and one is a service number of five digits in Iran.
`;
}
