import { z } from 'zod';
import { regionCode } from './wire.ts';

/** Where on a page a number stood. A closed set: it is a label value. */
export const findingSources = ['text', 'tel', 'jsonld', 'microdata', 'attribute', 'script', 'vcard'] as const;
export type FindingSource = (typeof findingSources)[number];

/** libphonenumber's types, in lower case, `unknown` where it cannot tell. */
export const numberTypes = [
  'mobile',
  'fixed_line',
  'fixed_line_or_mobile',
  'toll_free',
  'premium_rate',
  'shared_cost',
  'voip',
  'personal_number',
  'pager',
  'uan',
  'voicemail',
  'unknown',
] as const;
export type NumberType = (typeof numberTypes)[number];

/** Why a candidate that looked like a number was dropped. A closed set: it is a label value. */
export const rejectReasons = [
  'invalid',
  'no-region',
  'date',
  'sequence',
  'identifier',
  'duplicate-markup',
  // An assigned country code and a possible length, and no range that the metadata knows: its share tells when it is old.
  'unknown-prefix',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/**
 * What a number's spelling needed before it could be read: digits of other scripts, characters that nobody sees, odd spaces,
 * look-alikes of plus, dash and brackets, marks on a digit, character references. A closed set: it is a label value.
 */
export const normalisations = ['digits', 'invisible', 'space', 'sign', 'mark', 'reference'] as const;
export type Normalisation = (typeof normalisations)[number];

/** What stands beside a number on its page, as far as one can tell. */
export const findingLabels = ['phone', 'mobile', 'fax', 'whatsapp', 'sms'] as const;
export type FindingLabel = (typeof findingLabels)[number];

/**
 * One finding as it lies inside a sealed payload: the only wire form of a number, and never outside the seal (I3).
 * `number` is E.164, 7 to 15 digits after the plus, with RFC 3966's `;ext=` where there is an extension.
 */
export const sealedFinding = z.strictObject({
  number: z.string().regex(/^\+[1-9][0-9]{6,14}(;ext=[0-9]{1,15})?$/),
  region: regionCode.nullable(),
  type: z.enum(numberTypes),
  source: z.enum(findingSources),
  label: z.enum(findingLabels).nullable(),
  /** 0 to 1: how sure it is that this is a phone number in this region. */
  confidence: z.number().min(0).max(1),
});
export type SealedFinding = z.infer<typeof sealedFinding>;
