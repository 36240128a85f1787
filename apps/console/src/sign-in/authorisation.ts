import { type Role, roles } from '@numfleet/contracts';

/** Somebody who may do something. */
export interface Principal {
  /** As the audit names them. */
  actor: string;
  role: Role;
  /** The campaigns that they may touch; null for all. */
  campaigns: readonly string[] | null;
}

export interface Access {
  /** The least role, or nobody in particular. */
  role: Role | 'anyone';
  /** Whether a signed-in browser may, too: what is not a GET then needs the session's CSRF token. */
  session: boolean;
  /** Whether a token for some campaigns may, though the address names none. */
  scoped: boolean;
}

const anyone: Access = { role: 'anyone', session: true, scoped: true };
const looks: Access = { role: 'viewer', session: true, scoped: false };
const steers: Access = { role: 'operator', session: true, scoped: false };
const crawls: Access = { role: 'operator', session: false, scoped: false };
const controls: Access = { role: 'controller', session: false, scoped: false };

/**
 * Who may do what: every address that the console answers, and nothing else. An address without an entry does not start, and
 * an entry without an address fails a test. `*` stands for the rest of a path.
 */
export const authorisation: Readonly<Record<string, Access>> = {
  'GET /login': anyone,
  'POST /login': anyone,
  'GET /console.css': anyone,

  'GET /': looks,
  'GET /assets/*': looks,
  // Read-only, and shows ids, counts and codes.
  'GET /queues*': looks,
  // The board has them and refuses them.
  'POST /queues*': crawls,
  'PUT /queues*': crawls,
  'PATCH /queues*': crawls,
  'GET /api/v1/openapi.json': { ...looks, scoped: true },
  'GET /api/v1/session': { ...looks, scoped: true },
  'POST /api/v1/session/end': { ...looks, scoped: true },
  'GET /api/v1/fleet': looks,
  'GET /api/v1/campaigns': looks,
  'GET /api/v1/campaigns/:campaign': looks,
  'GET /api/v1/campaigns/:campaign/numbers': looks,
  'POST /api/v1/pages/find': looks,

  'POST /api/v1/campaigns/:campaign/pause': steers,
  'POST /api/v1/campaigns/:campaign/resume': steers,
  'POST /api/v1/campaigns/:campaign/limits': steers,
  'POST /api/v1/campaigns/:campaign/cancel': steers,
  'POST /api/v1/campaigns/:campaign/retry': steers,
  'POST /api/v1/campaigns': crawls,
  'POST /api/v1/campaigns/:campaign/urls': crawls,

  'POST /api/v1/campaigns/:campaign/numbers/reveal': controls,
  'POST /api/v1/campaigns/:campaign/shred': controls,
  'POST /api/v1/numbers/trace': controls,
  'POST /api/v1/numbers/erase': controls,
  'POST /api/v1/suppressions': controls,
  'GET /api/v1/tokens': controls,
  'POST /api/v1/tokens': controls,
  'POST /api/v1/tokens/revoke': controls,
};

const prefixes = Object.entries(authorisation).flatMap(([address, access]) =>
  address.endsWith('*') ? [{ prefix: address.slice(0, -1), access }] : [],
);

/** The entry of a route; a HEAD is answered as its GET is. Undefined where there is none. */
export function accessOf(method: string, url: string): Access | undefined {
  const address = `${method === 'HEAD' ? 'GET' : method} ${url}`;
  return authorisation[address] ?? prefixes.find(({ prefix }) => address.startsWith(prefix))?.access;
}

/** Whether somebody may use a route of that entry, for that campaign where its address names one. */
export function mayUse({ role, campaigns }: Principal, access: Access, campaign: string | undefined): boolean {
  const isEnough = access.role === 'anyone' || roles.indexOf(role) >= roles.indexOf(access.role);
  if (!isEnough || campaigns === null) return isEnough;
  return campaign === undefined ? access.scoped : campaigns.includes(campaign);
}
