// Apart from the other door: who asks for the code of a country need not load the extractor.
export { isRegion } from './numbering/numbering-plans.ts';
