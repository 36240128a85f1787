import type { ErrorCode } from './error-codes.ts';

/**
 * The one error type that crosses rooms: a stable code, and a message that tells the user what to do.
 * The message never holds page text, a phone number, a URL's path or a credential, because it is logged.
 */
export class NumfleetError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NumfleetError';
    this.code = code;
  }
}

/** The code of any thrown value: its own where it is ours, `internal-error` otherwise. */
export function errorCodeOf(error: unknown): ErrorCode {
  return error instanceof NumfleetError ? error.code : 'internal-error';
}
