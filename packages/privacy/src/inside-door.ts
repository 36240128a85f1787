// For the trusted zone alone; dependency-cruiser holds that no path leads here from apps/crawler.
export { generateKeys } from './generate-keys.ts';
export { type KeySet, packKeys, unpackKeys } from './key-backup.ts';
export { type KeyName, keyNames } from './key-file.ts';
export { keyIds, loadInsideKeys } from './load-inside-keys.ts';
export { openFindings } from './open.ts';
export { restoreKeys } from './restore-keys.ts';
export { createNumberVault, type NumberVault } from './stored-number.ts';
