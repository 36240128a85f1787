import { z } from 'zod';

/** Row ids are Postgres bigints, carried as decimal strings so that no digit is lost in a JS number. */
export const rowId = z.string().regex(/^[1-9][0-9]{0,18}$/);

/** A lease's fencing token: a fresh UUID for each dispatch (I2). */
export const leaseToken = z.uuid();

/** Beyond it no date can be made of it (ECMA-262 §21.4.1.1). */
const lastEpochMs = 8_640_000_000_000_000;
export const epochMs = z.int().nonnegative().max(lastEpochMs);

/**
 * A URL as it crosses a process boundary: plain (`p`), or, where it may hold a phone number, AES-GCM ciphertext in
 * base64 (`c`). See I3 and `@numfleet/privacy` urlCodec, which alone makes and opens these.
 */
export const wireUrl = z.union([
  z.strictObject({ p: z.string().min(1).max(2_048) }),
  z.strictObject({ c: z.base64().min(1).max(4_096) }),
]);

export type WireUrl = z.infer<typeof wireUrl>;

/**
 * By which a host knows whether a page is still what it was (RFC 9110 §8.8), as that page's last answer gave them. An entity tag
 * is text of the host's own making and may hold a number: it crosses and rests as URLs do (I3).
 */
export const pageValidators = z.strictObject({
  etag: wireUrl.optional(),
  lastModified: z
    .string()
    .regex(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/)
    .optional(),
});
export type PageValidators = z.infer<typeof pageValidators>;

/** ISO 3166-1 alpha-2, upper case. */
export const regionCode = z.string().regex(/^[A-Z]{2}$/);

/** One `allow` or `disallow` line of the group of a robots.txt that applies to us (RFC 9309 §2.2.2); `#` is any digit. */
export const robotsRule = z.strictObject({ allow: z.boolean(), pattern: z.string().max(2_048) });
export type RobotsRule = z.infer<typeof robotsRule>;

/** More rules than this are not carried in a job; the scheduler has checked the page, redirects then become links. */
export const maxCarriedRobotsRules = 200;
