import { NumfleetError } from '@numfleet/contracts';
import { Agent, buildConnector } from 'undici';
import type { Connect } from '../address/guarded-connect.ts';
import { headLimits } from '../head-limits.ts';
import type { Waiters } from './waiters.ts';

const handshakeTimeoutMs = 10_000;
/** Half of what the guard lets a host have, so that the browser has the other; requests beyond wait for their turn. */
const connectionsEach = 64;

/**
 * An HTTP/1.1 client that reaches the network through the guard alone. HTTP/2 stays off: a coalesced connection would
 * serve hosts that the guard was never asked about.
 */
export function createAgent(connect: Connect, waiters: Waiters, connections = connectionsEach): Agent {
  const wrapInTls = buildConnector({ allowH2: false, timeout: handshakeTimeoutMs });
  return new Agent({
    allowH2: false,
    connections,
    maxHeaderSize: headLimits.bytes,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 10_000,
    connect(options, callback) {
      const secure = options.protocol === 'https:';
      const port = options.port === '' ? (secure ? 443 : 80) : Number(options.port);
      const signal = waiters.gone(`${options.protocol}//${options.host}`);
      connect({ hostname: options.hostname, port, signal }).then(
        (socket) => {
          if (!secure) return callback(null, socket);
          const hangUp = () => socket.destroy();
          signal.addEventListener('abort', hangUp, { once: true });
          wrapInTls({ ...options, httpSocket: socket }, (error, wrapped) => {
            signal.removeEventListener('abort', hangUp);
            if (error === null) return callback(null, wrapped);
            socket.destroy();
            callback(untrusted(error), null);
          });
        },
        (error: Error) => callback(error, null),
      );
    },
  });
}

function untrusted(cause: Error): NumfleetError {
  return new NumfleetError('tls-failed', 'The TLS handshake failed or its certificate is not trusted.', { cause });
}
