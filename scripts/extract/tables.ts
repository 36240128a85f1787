import { resolve } from 'node:path';
import { renderDataVersions } from './render-data-versions.ts';
import { renderFolds } from './render-folds.ts';
import { renderLabelAudit } from './render-label-audit.ts';
import { renderNumberingPlans } from './render-numbering-plans.ts';

const source = resolve(import.meta.dirname, '../../packages/extract/src');

/** What is committed and made from data, and what it is made by. */
export const tables: { path: string; render: () => string }[] = [
  { path: resolve(source, 'data-versions.generated.ts'), render: renderDataVersions },
  { path: resolve(source, 'numbering/numbering-plans.generated.ts'), render: renderNumberingPlans },
  { path: resolve(source, '../../privacy/src/digits/folds.generated.ts'), render: renderFolds },
  { path: resolve(import.meta.dirname, '../../docs/extraction-labels.md'), render: renderLabelAudit },
];
