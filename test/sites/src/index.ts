export type { Manifest, ManifestPage } from './manifest.ts';
export { type Difference, differences, type FoundNumber, type ScoreRow, score } from './score.ts';
export { demoDepth, type ExpectedNumber, type PageKind, pageKinds } from './site.ts';
export { type RequestRecord, type Sites, type SitesOptions, startSites } from './start-sites.ts';
