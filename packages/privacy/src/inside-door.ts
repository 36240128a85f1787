// For the trusted zone alone; dependency-cruiser holds that no path leads here from apps/crawler.
export { type Anchor, formatAnchor, readAnchors } from './audit-anchors.ts';
export { type AuditChain, type ChainedEvent, createAuditChain } from './audit-chain.ts';
export { generateKeys } from './generate-keys.ts';
export { type KeySet, packKeys, unpackKeys } from './key-backup.ts';
export { type KeyName, keyNames } from './key-file.ts';
export { keyIds, loadInsideKeys } from './load-inside-keys.ts';
export { openFindings } from './open.ts';
export { restoreKeys } from './restore-keys.ts';
export { beginRotation, createReencrypt, endRotation, findRotation } from './rotate-key.ts';
export { createNumberVault, type NumberVault } from './stored-number.ts';
export { type Certifier, createCertifier, createSuppressor, type Suppressor } from './suppression-index.ts';
