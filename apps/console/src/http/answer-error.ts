import { type ErrorCode, NumfleetError } from '@numfleet/contracts';

/** How an error leaves the console: contracts' `apiError` under a fitting status. */
export interface ErrorAnswer {
  status: number;
  body: { error: { code: ErrorCode; message: string } };
}

const statuses: Partial<Record<ErrorCode, number>> = {
  'request-invalid': 400,
  'url-malformed': 400,
  'purpose-missing': 400,
  'number-malformed': 400,
  'contact-missing': 400,
  unauthorized: 401,
  forbidden: 403,
  'campaign-unknown': 404,
  'page-unknown': 404,
  'token-unknown': 404,
  'not-found': 404,
  'method-unsupported': 405,
  'deadline-exceeded': 408,
  'campaign-state': 409,
  'request-too-large': 413,
  'media-unsupported': 415,
  'too-many-reveals': 429,
  'postgres-failed': 503,
  'queue-unavailable': 503,
};

/** Our own errors say what they are; of all others only that they are a defect, because their messages may hold data. */
export function answerError(error: unknown): ErrorAnswer {
  if (error instanceof NumfleetError) return answer(statuses[error.code] ?? 500, error.code, error.message);
  const status = clientErrorStatus(error);
  switch (status) {
    case null:
      return answer(500, 'internal-error', "A defect of Numfleet; the console's log tells more.");
    case 404:
      return answer(status, 'not-found', 'There is nothing at that address.');
    case 413:
      return answer(status, 'request-too-large', 'The request body is larger than is read here. Send it in parts.');
    case 415:
      return answer(status, 'media-unsupported', 'A request body is read as application/json only.');
    default:
      return answer(status, 'request-invalid', 'The request is not valid JSON over HTTP.');
  }
}

function answer(status: number, code: ErrorCode, message: string): ErrorAnswer {
  return { status, body: { error: { code, message } } };
}

/** Fastify marks what is wrong with a request by a status of its own. */
function clientErrorStatus(error: unknown): number | null {
  const isMarked = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
  const status = isMarked ? (error.statusCode as number) : 500;
  return status >= 400 && status < 500 ? status : null;
}
