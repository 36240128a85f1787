import { z } from 'zod';
import { roles } from './access.ts';

/**
 * Where a signed-in browser shows that a change comes from a page of the console (CSRF). It may pause, resume, cancel and
 * retry campaigns, look up a page (`POST /api/v1/pages/find`), and sign out (`POST /api/v1/session/end`); nothing else.
 */
export const csrfHeader = 'x-csrf-token';

/** What `GET /api/v1/session` answers a signed-in browser. */
export const sessionView = z.object({
  /** To be sent under `csrfHeader`; good for this session alone. */
  csrfToken: z.string(),
  expiresAt: z.string(),
  role: z.enum(roles),
});
export type SessionView = z.infer<typeof sessionView>;
