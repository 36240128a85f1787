import { NumfleetError, type PageCode, pageCodes } from '@numfleet/contracts';

/** Names and codes of undici and of Node's sockets; what comes first counts. */
const codes: [RegExp, PageCode][] = [
  [/^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/, 'fetch-timeout'],
  [/^UND_ERR_HEADERS_OVERFLOW$/, 'head-too-large'],
  [/^(?:HTTPParserError|UND_ERR_RES_\w+)$/, 'malformed-response'],
  [
    /^(?:UND_ERR_(?:SOCKET|CLOSED|DESTROYED)|ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|EPROTO|ERR_SSL_\w+)$/,
    'connection-lost',
  ],
];

/**
 * Why a fetch failed. What the guard and the decoders throw carries its code; once the deadline has passed, that is the
 * reason, whatever broke because of it. The error itself goes no further: undici's parser puts page text into its own.
 */
export function failureCode(error: unknown, signal: AbortSignal): PageCode {
  if (signal.aborted) return 'fetch-timeout';
  if (error instanceof NumfleetError) return isPageCode(error.code) ? error.code : 'connection-lost';
  if (!(error instanceof Error)) return 'internal-error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return codes.find(([form]) => form.test(error.name) || form.test(code))?.[1] ?? 'internal-error';
}

function isPageCode(code: string): code is PageCode {
  return Object.hasOwn(pageCodes, code);
}
