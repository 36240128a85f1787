import { createLogger, type LoggerOptions, type RedactingLogger } from '../index.ts';

export interface CapturedLog {
  logger: RedactingLogger;
  /** The lines so far, as they were written. */
  text(): string;
  /** The same, parsed. */
  lines(): Record<string, unknown>[];
}

/** A logger whose lines stay in memory. */
export function captureLog(level: LoggerOptions['level'] = 'trace'): CapturedLog {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  return {
    logger: createLogger({ service: 'crawler', worker: 'crawler-1', level, destination }),
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
