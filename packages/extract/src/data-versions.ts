import { metadataVersion } from './numbering/numbering-plans.ts';
import { unicodeVersion } from './text/folds.generated.ts';

/** What the committed tables were made from: libphonenumber-js' `max` metadata, and Unicode. */
export const dataVersions = { libphonenumber: metadataVersion, unicode: unicodeVersion } as const;
