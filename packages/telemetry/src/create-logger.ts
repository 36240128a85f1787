import { type DestinationStream, destination as openDestination, type Level, type Logger, pino, stdTimeFunctions } from 'pino';
import { logKinds } from './names.ts';
import { type Plain, type Redaction, redactFields, redactString, redactValue } from './redact-value.ts';

export interface LoggerOptions {
  /** Which app this is: `crawler`. */
  service: string;
  /** Which of its processes: `crawler-2`. */
  worker?: string;
  level: Level;
  /** Where the lines go; stdout where it is not given. */
  destination?: DestinationStream;
}

const redactions = Symbol('numfleet.redactions');

/** A pino logger that leaves out what could be a number. */
export type RedactingLogger = Logger & { [redactions]: Redaction & { listener: (count: number) => void } };

/**
 * JSON lines through pino, from which no number comes out (I3, G13): message, interpolated arguments, fields to any
 * depth, errors with their stacks and causes, and the bindings of child loggers are all redacted. A call never throws.
 *
 * Writing is synchronous, so that the reason for an exit is out before the process is.
 */
export function createLogger({ service, worker, level, destination }: LoggerOptions): RedactingLogger {
  const tally = { count: 0, listener: (_count: number) => {} };
  const options = {
    level,
    base: { pid: process.pid, service, ...(worker === undefined ? {} : { worker }) },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // After interpolation: `%s%s` can join two harmless halves.
    serializers: { msg: (message: unknown) => redactMessage(message, tally), err: (error: unknown) => error },
    hooks: { logMethod: redactCall(tally) },
  };
  const logger = pino(options, destination ?? openDestination({ dest: 1, sync: true }));
  redactBindings(logger, tally);
  return Object.assign(logger, { [redactions]: tally });
}

/** Calls back with the count of every line in which something was replaced, of this logger and its children. */
export function onRedaction(logger: RedactingLogger, listener: (count: number) => void): void {
  logger[redactions].listener = listener;
}
