/** A door of its own: who wants the age of the tables need not load them, which takes 60 MB. */
export { dataVersions } from './data-versions.generated.ts';
