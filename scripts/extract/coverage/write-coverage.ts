import { writeFileSync } from 'node:fs';
import { measureCoverage } from './measure-coverage.ts';
import { renderCoverage } from './render-coverage.ts';

writeFileSync(new URL('../../../docs/coverage.md', import.meta.url), renderCoverage(measureCoverage()));
