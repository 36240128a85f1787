import { deadLetterCodes, jobEndings, operatorCodes, pageCodeList, pageCodes } from '@numfleet/contracts';
import { redactText } from '@numfleet/privacy';

/** Fields of Bull Board's job that say when and how, and are numbers or were formatted by us. */
const plainFields = [
  'timestamp',
  'processedOn',
  'finishedOn',
  'attempts',
  'delay',
  'data',
  'name',
  'returnValue',
] as const;

/** BullMQ's own reasons, beside our codes. */
const bullReasons = new Set(['job stalled more than allowable limit']);
const codes = new Set<string>([
  ...Object.keys(deadLetterCodes),
  ...Object.keys(operatorCodes),
  ...Object.keys(pageCodes),
]);

/**
 * What Bull Board shows of a job, field by field: a crawler can write what it likes into a job's options, reason, stack
 * and name, and a later Bull Board may send more fields than this one.
 */
export function showJob(job: object): object {
  const given = job as Record<string, unknown>;
  const failedReason = typeof given.failedReason === 'string' ? showReason(given.failedReason) : undefined;
  return {
    ...Object.fromEntries(plainFields.map((field) => [field, given[field]])),
    id: showId(given.id),
    processedBy: showId(given.processedBy),
    progress: 0,
    failedReason,
    isFailed: given.isFailed === true,
    stacktrace: [],
    opts: {},
  };
}

/** How a job ended, and the code of a page that failed; nothing else that a return value may hold. */
export function showEnding(returnValue: unknown): { ending: string; page?: string } | null {
  if (typeof returnValue !== 'object' || returnValue === null || !('ending' in returnValue)) return null;
  const ending = jobEndings.find((known) => known === returnValue.ending);
  if (ending === undefined) return null;
  const page = 'page' in returnValue ? pageCodeList.find((known) => known === returnValue.page) : undefined;
  return page === undefined ? { ending } : { ending, page };
}

/** Jobs are named by the kind of their message. */
export function showName(name: unknown): string {
  return name === 'page' || name === 'robots' || name === 'sitemap' ? name : 'unknown';
}

function showReason(reason: string): string {
  return codes.has(reason) || bullReasons.has(reason) ? reason : 'not shown';
}

function showId(id: unknown): string {
  return typeof id === 'string' && id.length <= 100 ? redactText(id).text : '';
}
