// What the hostile zone may import too: nothing here opens a sealed or stored number. That is `inside-door.ts`.
export { hasNumberBeyond } from './compare-numbers.ts';
export { contentKeyOf } from './content-key.ts';
export { mayHoldNumber } from './digit-runs.ts';
export { loadKeys, type OutsideKeyName } from './load-keys.ts';
export { maskNumber } from './mask.ts';
export { normaliseUrl } from './normalise-url.ts';
export { createPageKeyer } from './page-keyer.ts';
export type { PhoneNumber } from './phone-number-door.ts';
export { type Redacted, redactText } from './redact-text.ts';
export { sealFindings } from './seal.ts';
export type { PlainFinding, SealContext } from './sealed-form.ts';
export { createUrlCodec, type UrlCodec } from './url-codec.ts';
