import { type DestinationStream, type Level, type LogFn, type Logger, pino } from 'pino';
import { type Redaction, redactFields, redactString, redactValue } from './redact-value.ts';
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
    mixin: () => activeIds() ?? {},
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

function redactArguments([first, ...rest]: Parameters<LogFn>, tally: Tally): Parameters<LogFn> {
  const redacted = (rest as unknown[]).map((arg) => redactValue(arg, tally));
  if (typeof first !== 'object' || first === null) return [redactValue(first, tally), ...redacted] as Parameters<LogFn>;
  const fields = first instanceof Error ? { err: first } : first;
  const message = redacted.length === 0 && first instanceof Error ? [redactValue(first.message, tally)] : redacted;
  return [redactFields(fields, tally), ...message] as Parameters<LogFn>;
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
