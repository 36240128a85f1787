import { z } from 'zod';
import { findingSources, numberTypes } from './findings.ts';
import { regionCode } from './wire.ts';

/** Numbers as people write them, in the body of a request and nowhere else (I3). */
const writtenNumber = z.string().min(1).max(100);
export const maxSubjects = 1_000;
const reason = z.string().trim().min(1).max(500);
/** The country of numbers that are written without one. */
const region = regionCode.nullable().default(null);

export const eraseRequest = z.strictObject({
  numbers: z.array(writtenNumber).min(1).max(maxSubjects),
  region,
  reason,
});

export const suppressRequest = eraseRequest.omit({ reason: true });

export const traceRequest = z.strictObject({
  number: writtenNumber,
  region,
  purpose: reason,
  /** Whether it is drawn, too. */
  picture: z.boolean().default(false),
});

/** Places in the request, from 0, of what could not be read as one number. */
const malformed = z.array(z.int());

/** What was done, and what remains until when. `seal` is a keyed hash over the canonical JSON of all the rest. */
export const erasureCertificate = z.object({
  v: z.literal(1),
  kind: z.literal('erasure'),
  at: z.string(),
  actor: z.string(),
  reason: z.string(),
  /** The numbers' suppression indexes: who holds the key can tell whether a number is one of them, and nobody else. */
  subjects: z.array(z.string()),
  /** Rows taken away, and of how many of the subjects there were any. */
  erased: z.object({ subjects: z.int(), numbers: z.int(), sightings: z.int(), campaigns: z.int() }),
  /** Sealed results that had been set aside in the queue, unopened, and were dropped as a whole. */
  queueDropped: z.int(),
  remains: z.array(z.object({ what: z.string(), until: z.string() })),
  seal: z.string(),
});
export type ErasureCertificate = z.infer<typeof erasureCertificate>;

export const shredRequest = z.strictObject({ reason });

/** The end of a whole campaign's findings; see `erasureCertificate`. */
export const shredCertificate = z.object({
  v: z.literal(1),
  kind: z.literal('shredding'),
  at: z.string(),
  actor: z.string(),
  reason: z.string(),
  campaign: z.string(),
  /** Whether a key was there to be taken away; there is none where nothing was found, or what was found is older than keys. */
  hadKey: z.boolean(),
  erased: z.object({ numbers: z.int(), sightings: z.int() }),
  remains: z.array(z.object({ what: z.string(), until: z.string() })),
  seal: z.string(),
});
export type ShredCertificate = z.infer<typeof shredCertificate>;

/** `certificate` is null where there was not one number in the request. */
export const eraseReport = z.object({ certificate: erasureCertificate.nullable(), malformed });
export type EraseReport = z.infer<typeof eraseReport>;

export const suppressReport = z.object({ added: z.int(), known: z.int(), malformed });
export type SuppressReport = z.infer<typeof suppressReport>;

/** A number's whole life, as far as the database knows it; the number itself is masked. */
export const numberTrace = z.object({
  number: z.string(),
  suppressed: z.object({ since: z.string(), reason: z.enum(['erased', 'opted-out']) }).nullable(),
  campaigns: z.array(
    z.object({
      campaign: z.string(),
      name: z.string(),
      purpose: z.string(),
      retentionDays: z.int(),
      region: z.string().nullable(),
      type: z.enum(numberTypes),
      hasExtension: z.boolean(),
      firstSeen: z.string(),
    }),
  ),
  /** The newest 1,000 of `sightingsTotal`. */
  sightings: z.array(
    z.object({
      campaign: z.string(),
      page: z.string(),
      url: z.string(),
      at: z.string(),
      source: z.enum(findingSources),
      worker: z.string().nullable(),
      expires: z.string(),
    }),
  ),
  sightingsTotal: z.int(),
  /** Exports and reveals of its campaigns since it was there, and traces and erasures of the number itself. */
  events: z.array(
    z.object({
      at: z.string(),
      actor: z.string(),
      action: z.string(),
      campaign: z.string().nullable(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  /** Ids of the keys that it rests under, by name. */
  keys: z.record(z.string(), z.string()),
  /** The same as an SVG document; null where it was not asked for. */
  picture: z.string().nullable(),
});
export type NumberTrace = z.infer<typeof numberTrace>;
