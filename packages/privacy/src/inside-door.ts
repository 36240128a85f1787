// For the trusted zone alone; dependency-cruiser holds that no path leads here from apps/crawler.
export { type Anchor, formatAnchor, readAnchors } from './audit-anchors.ts';
export { type AuditChain, type ChainedEvent, createAuditChain, type RetiredAuditKey } from './audit-chain.ts';
export { generateKeys } from './generate-keys.ts';
export { type KeySet, packKeys, unpackKeys } from './key-backup.ts';
export { type KeyName, keyNames } from './key-file.ts';
export { createLocalKeyProvider, type KeyProvider, loadMasterKey } from './key-provider.ts';
export { keyIds, loadInsideKeys } from './load-inside-keys.ts';
export { openFindings } from './open.ts';
export { createReindex, type IndexedNumber } from './reindex-number.ts';
export { beginReplacing, endReplacing, findNext, type ReplaceableKey } from './replace-key.ts';
export { restoreKeys } from './restore-keys.ts';
export { beginRotation, createRewrap, type Rotation } from './rotate-key.ts';
export {
  beginSealingRotation,
  endSealingRotation,
  findSealingRotation,
  loadSealingKeys,
  retireSealingKey,
} from './rotate-sealing.ts';
export { type CampaignNumbers, createNumberVault, type NumberVault, type WrappedKey } from './stored-number.ts';
export { type Certifier, createCertifier, createSuppressor, type Suppressor } from './suppression-index.ts';
