import type { Readable, Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { NumfleetError } from '@numfleet/contracts';
import type { FastifyInstance } from 'fastify';

/** A window beyond 8 MiB is more than a body may be anyway. */
const maxZstdWindow = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(maxZstdWindow),
};

/**
 * Unpacks a body under one `Content-Encoding` (RFC 9110 §8.4). Fastify counts what comes out as it counts what comes in, so
 * that a bomb is cut at the limit of a body. Throws 413 for a stated length over the limit before a byte of it is read,
 * and 415 for an encoding that is not known, or more than one.
 */
export function unpackBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async (request, reply, payload) => {
    const { headers, routeOptions } = request;
    if (Number(headers['content-length']) > (routeOptions.bodyLimit ?? 0)) {
      throw new NumfleetError('request-too-large', 'The request body is larger than is read here. Send it in parts.');
    }
    const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
    if (encoding === 'identity') return payload;
    const unpack = Object.hasOwn(unpackers, encoding) ? unpackers[encoding] : undefined;
    if (!unpack) {
      reply.header('accept-encoding', 'gzip, deflate, br, zstd');
      throw new NumfleetError(
        'media-unsupported',
        'That Content-Encoding is not read; gzip, deflate, br and zstd are, one at a time.',
      );
    }
    const unpacked = unpackInto(payload, unpack());
    reply.raw.once('close', () => {
      payload.unpipe(unpacked);
      unpacked.destroy();
    });
    return unpacked;
  });
}

/** Not `pipeline`, which would destroy the request, and with it the connection, before the error is answered. */
function unpackInto(packed: Readable, unpacked: Transform & { receivedEncodedLength?: number }): Transform {
  unpacked.receivedEncodedLength = 0;
  packed.on('data', (chunk: Buffer) => {
    unpacked.receivedEncodedLength = (unpacked.receivedEncodedLength ?? 0) + chunk.length;
  });
  packed.once('close', () => {
    if (!packed.readableEnded) unpacked.destroy(new Error('The client went away.'));
  });
  // Whoever reads has a listener of its own, until it has read enough.
  unpacked.on('error', () => {});
  return packed.pipe(unpacked);
}
