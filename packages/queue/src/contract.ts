import {
  type CrawlJob,
  type CrawlResult,
  crawlJob,
  crawlResult,
  type DeadLetterCode,
  type FilterPart,
  filterPart,
  filterPartId,
  jobIdOf,
  queueNames,
  reportJobIdOf,
  type WorkerReportMessage,
  workerReportMessage,
} from '@numfleet/contracts';
import { decode } from './envelope.ts';

/** What travels in each queue. */
export interface Messages {
  [queueNames.crawl]: CrawlJob;
  [queueNames.results]: CrawlResult;
  [queueNames.reports]: WorkerReportMessage;
  [queueNames.filters]: FilterPart;
}

const schemas = {
  [queueNames.crawl]: crawlJob,
  [queueNames.results]: crawlResult,
  [queueNames.reports]: workerReportMessage,
  [queueNames.filters]: filterPart,
} as const;
const spoken = new Set([1]);

export type Parsed<T> = { ok: true; message: T } | { ok: false; code: DeadLetterCode };

/** Checks a message about to be added. Throws a ZodError, which is a defect of the caller. */
export function check<Q extends keyof Messages>(queue: Q, message: Messages[Q]): Messages[Q] {
  return schemas[queue].parse(message) as Messages[Q];
}

/** The queue's id of a message: adding it twice is adding it once. */
export function idOf(message: Messages[keyof Messages]): string {
  if (message.kind === 'report') return reportJobIdOf(message);
  return message.kind === 'filter' ? filterPartId(message) : jobIdOf(message);
}

/** Reads what was taken from a queue; whatever is wrong with it becomes a code, never an exception. */
export function parse<Q extends keyof Messages>(queue: Q, data: unknown): Parsed<Messages[Q]> {
  let message: unknown;
  try {
    message = decode(data);
  } catch {
    return { ok: false, code: 'contract-invalid' };
  }
  const parsed = schemas[queue].safeParse(message);
  if (parsed.success) return { ok: true, message: parsed.data as Messages[Q] };
  return { ok: false, code: spoken.has(versionOf(message)) ? 'contract-invalid' : 'contract-version' };
}

function versionOf(message: unknown): number {
  const isNumbered = typeof message === 'object' && message !== null && 'v' in message && typeof message.v === 'number';
  return isNumbered ? (message.v as number) : 1;
}
