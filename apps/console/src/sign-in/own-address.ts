import { isIP } from 'node:net';

/** How a request came to the console, by its Host header. */
export interface Reached {
  /** What a browser calls the origin of our pages; null where nobody may sign in. */
  origin: string | null;
  /** Whether the browser speaks TLS to whatever stands before us. */
  secure: boolean;
}

/** Null for a host that is not ours: its name resolves to this machine only for the browser's sake (DNS rebinding). */
export type ReachedBy = (hostHeader: string | undefined) => Reached | null;

/**
 * Nobody may sign in where the session would cross a network in plain: by a loopback name, or by `url`, which is https.
 * Whoever holds the token can use the API by any address that we listen on.
 */
export function createReachedBy(deps: { host: string; url: string | null }): ReachedBy {
  const given = deps.url === null ? null : new URL(deps.url);
  const listening = deps.host.toLowerCase();
  const isEverywhere = listening === '0.0.0.0' || listening === '::';
  return (header) => {
    const asked = URL.parse(`http://${header}`);
    if (asked === null) return null;
    if (given !== null && isSameHost(header ?? '', given)) {
      return { origin: given.origin, secure: given.protocol === 'https:' };
    }
    const name = asked.hostname.replace(/^\[|\]$/g, '');
    if (isLoopback(name)) return { origin: asked.origin, secure: false };
    // Listening everywhere it cannot know its addresses; one that is no name cannot be rebound.
    const isOurs = name === listening || (isEverywhere && isIP(name) !== 0);
    return isOurs ? { origin: null, secure: false } : null;
  };
}

/** Parsed under the same protocol, so that a default port may be given or left out. */
function isSameHost(header: string, given: URL): boolean {
  return URL.parse(`${given.protocol}//${header}`)?.host === given.host;
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name);
}
