import { type ErrorCode, errorCodeOf, NumfleetError } from '@numfleet/contracts';

/** Public interface: scripts rely on these. */
export const exitCodes = { done: 0, failed: 1, usage: 2, finishedWithFailures: 3, interrupted: 130 } as const;

const usage: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'usage',
  'config-invalid',
  'url-malformed',
  'purpose-missing',
  'contact-missing',
  'request-invalid',
  'number-malformed',
]);

export function exitCodeOf(error: unknown): number {
  const code = errorCodeOf(error);
  if (code === 'aborted') return exitCodes.interrupted;
  return usage.has(code) ? exitCodes.usage : exitCodes.failed;
}

/** One line for stderr: the stable code, and what to do. A defect shows its stack, which holds code and no data. */
export function errorLine(error: unknown): string {
  if (error instanceof NumfleetError) return `numfleet: error [${error.code}] ${oneLine(error.message)}\n`;
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1).join('\n') : '';
  return `numfleet: error [internal-error] A defect of Numfleet; please report it.\n${stack}\n`;
}

/** What was typed may have come with line breaks, and is quoted by some messages. */
function oneLine(message: string): string {
  return message.replaceAll(/\s*[\r\n]+\s*/g, ' ');
}
