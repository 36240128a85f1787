import { type DestinationStream, type Level, type LogFn, type Logger, pino } from 'pino';
import { type Plain, type Redaction, redactFields, redactString, redactValue } from './redact-value.ts';
import { activeIds } from './traces/active-span.ts';

export interface LoggerOptions {
  /** Which app this is: `crawler`. */
  service: string;
  /** Which of its processes: `crawler-2`. */
  worker?: string;
  level: Level;
  /** Where the lines go; stdout where it is not given. */
  destination?: DestinationStream;
}

const tallyOf = Symbol('numfleet.redactions');

/** What was redacted in the line at hand, and who wants to know. */
interface Tally extends Redaction {
  listener: (count: number) => void;
}

/** A pino logger out of which no number comes. */
export type RedactingLogger = Logger & { readonly [tallyOf]: Tally };

/**
 * JSON lines through pino, with what could be a number or is a credential replaced (I3, G13): in the message and what
 * is interpolated, in fields to any depth, in errors with their stacks and causes, and in the bindings of children.
 * A call never throws. Writing is synchronous, so that the reason for an exit is out before the process is (I10).
 */
export function createLogger({ service, worker, level, destination }: LoggerOptions): RedactingLogger {
  const tally: Tally = { count: 0, listener: () => {} };
  const options = {
    level,
    base: { pid: process.pid, ...redactFields({ service, worker }, tally) },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // After interpolation, since `%s%s` can join two harmless halves. Errors come here as plain data already.
    serializers: { msg: (message: string) => redactString(message, tally), err: (described: unknown) => described },
    hooks: { logMethod: redactCalls(tally) },
  };
  const logger = pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
  redactBindings(logger, tally);
  return Object.assign(logger, { [tallyOf]: tally });
}

/** Calls back with how much was replaced in a line, of this logger or its children, each time that something was. */
export function onRedaction(logger: RedactingLogger, listener: (count: number) => void): void {
  logger[tallyOf].listener = listener;
}

function redactCalls(tally: Tally) {
  return function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
    try {
      method.apply(this, redactArguments(args, tally));
    } catch {
      logUnwritten(this, method);
    }
    report(tally);
  };
}

/** What could not be written is said, if that can be; a log call is no reason to fail. */
function logUnwritten(logger: Logger, method: LogFn): void {
  try {
    method.apply(logger, ['A log line could not be written.']);
  } catch {}
}

function report(tally: Tally): void {
  const { count } = tally;
  tally.count = 0;
  if (count > 0) tally.listener(count);
}

/** The span that runs now is told here: a mixin of pino's would copy the fields once more. */
function redactArguments(args: Parameters<LogFn>, tally: Tally): Parameters<LogFn> {
  const [first, second] = args as [unknown, unknown];
  const fields = fieldsOf(first);
  // What is logged once a page or more often; the serializer of messages redacts the second.
  if (fields !== null && args.length === 2 && typeof second === 'string')
    return [withSpan(redactFields(fields, tally)), second] as Parameters<LogFn>;
  const rest = args.slice(fields === null ? 0 : 1).map((arg) => redactValue(arg, tally));
  const message = rest.length === 0 && first instanceof Error ? [redactValue(first.message, tally)] : rest;
  return [withSpan(fields === null ? {} : redactFields(fields, tally)), ...message] as Parameters<LogFn>;
}

function fieldsOf(first: unknown): object | null {
  if (first === null) return {};
  if (typeof first !== 'object') return null;
  return first instanceof Error ? { err: first } : first;
}

function withSpan(fields: Record<string, Plain>): Record<string, Plain> {
  const ids = activeIds();
  return ids === undefined ? fields : { ...ids, ...fields };
}

/** pino writes a child's bindings as they are; children inherit what is set here. */
function redactBindings(logger: Logger, tally: Tally): void {
  const { child, setBindings } = logger;
  logger.child = function redactedChild(this: Logger, bindings: object, ...options: never[]) {
    const made = child.call(this, redactFields(bindings, tally), ...options);
    report(tally);
    return made;
  } as typeof child;
  logger.setBindings = function redactedBindings(this: Logger, bindings: object) {
    setBindings.call(this, redactFields(bindings, tally));
    report(tally);
  };
}
