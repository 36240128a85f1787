import { type IncomingMessage, type OutgoingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Emit, type ErrorCode, NumfleetError, type RequestRejection } from '@numfleet/contracts';
import { answerError } from './answer-error.ts';
import { endGently } from './close-unread.ts';

interface Refusal {
  status: number;
  reason: RequestRejection;
  code: ErrorCode;
  message: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: 'timeout',
    code: 'deadline-exceeded',
    message: 'The request did not arrive in time.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'headers',
    code: 'request-too-large',
    message: 'The headers of the request are too large.',
  },
};

const malformed: Refusal = {
  status: 400,
  reason: 'malformed',
  code: 'request-invalid',
  message: 'The request is not valid HTTP.',
};

/** Answers what never became a request, or did not arrive in time: the one JSON error here too, and the end. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, emit: Emit): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason, code, message } = refusals[error.code ?? ''] ?? malformed;
  emit({ type: 'request.rejected', reason });
  // What is being answered already cannot be answered again: the client would read this as part of that answer.
  if (isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(answerError(new NumfleetError(code, message)).body);
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Cache-Control: no-store\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  endGently(socket);
}

/** As Node's own handler finds out. */
function isAnswering(socket: Socket & { _httpMessage?: OutgoingMessage<IncomingMessage> }): boolean {
  return socket._httpMessage?.headersSent === true;
}
