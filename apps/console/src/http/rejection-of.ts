import { NumfleetError, type RequestRejection } from '@numfleet/contracts';
import type { FastifyRequest } from 'fastify';
import { answerError } from './answer-error.ts';

/** Why a request was refused before its route saw it; null for any other error. */
export function rejectionOf(error: unknown, { headers, routeOptions }: FastifyRequest): RequestRejection | null {
  switch (answerError(error).status) {
    case 413:
      if (Number(headers['content-length']) > (routeOptions.bodyLimit ?? 0)) return 'length';
      return headers['content-encoding'] === undefined ? 'chunked' : 'inflated';
    case 415:
      return 'encoding';
    case 400:
      return error instanceof NumfleetError ? null : 'malformed';
    default:
      return null;
  }
}
