import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

/** What one page may take through the proxy; also what it shows there to be let in. Disposing ends its connections. */
export interface ProxyPass extends Disposable {
  readonly username: string;
  readonly password: string;
  /** Aborted when more came back than it may take: from then on it gets nothing. */
  readonly exceeded: AbortSignal;
}

/** A pass as the proxy sees it. */
export interface Account {
  /** These bytes came back for it: what is in tunnels, TLS included, and bodies. */
  receive(bytes: number): void;
  /** Ends with the pass. */
  hold(client: Socket): void;
}

export interface ProxyPasses {
  issue(maxBytes: number): ProxyPass;
  /** Whose credentials these are; null for nobody's. */
  admit(authorization: string): Account | null;
}

export function createProxyPasses(): ProxyPasses {
  // By hash, so that how long the search takes says nothing of what was nearly right.
  const accounts = new Map<string, Account>();
  return {
    issue(maxBytes) {
      const username = 'page';
      const password = randomBytes(24).toString('base64url');
      const key = keyOf(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
      const clients = new Set<Socket>();
      const exceeded = new AbortController();
      let left = maxBytes;
      const end = () => {
        accounts.delete(key);
        for (const client of clients) client.destroy();
      };
      accounts.set(key, {
        receive(bytes) {
          left -= bytes;
          if (left >= 0) return;
          exceeded.abort();
          end();
        },
        hold(client) {
          if (clients.has(client)) return;
          clients.add(client);
          client.once('close', () => clients.delete(client));
        },
      });
      return { username, password, exceeded: exceeded.signal, [Symbol.dispose]: end };
    },
    admit: (authorization) => accounts.get(keyOf(authorization)) ?? null,
  };
}

function keyOf(authorization: string): string {
  return createHash('sha256').update(authorization).digest('base64');
}
