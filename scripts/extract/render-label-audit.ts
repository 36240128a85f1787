import { labelErrors } from '../../packages/extract/src/testing/label-audit.ts';

/** `docs/extraction-labels.md`: the errors of the labelled pages that an audit found. */
export function renderLabelAudit(): string {
  const rows = labelErrors.map(([page, ending, error, why]) => `| ${page} | …${ending} | ${error} | ${why} |`);
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
`;
}
