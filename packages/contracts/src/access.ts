import { z } from 'zod';
import { rowId } from './wire.ts';

/**
 * What somebody may do, each all that the one before it may: a viewer looks, and sees numbers masked; an operator crawls; a
 * controller reveals, traces and erases numbers, and gives out tokens.
 */
export const roles = ['viewer', 'operator', 'controller'] as const;
export type Role = (typeof roles)[number];

export const createTokenRequest = z.strictObject({
  /** By which the audit names who acts. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, a letter first'),
  role: z.enum(roles),
  /** The campaigns that it is for; null for all. */
  campaigns: z.array(rowId).min(1).max(1_000).nullable().default(null),
  days: z.int().min(1).max(366).default(90),
});
export type CreateTokenRequest = z.input<typeof createTokenRequest>;

/** The one time that the token itself is seen. */
export const createdToken = z.object({ token: z.string(), expiresAt: z.string() });

export const apiTokenView = z.object({
  name: z.string(),
  role: z.enum(roles),
  campaigns: z.array(z.string()).nullable(),
  createdAt: z.string(),
  expiresAt: z.string(),
  state: z.enum(['in-force', 'expired', 'revoked']),
});
export type ApiTokenView = z.infer<typeof apiTokenView>;
