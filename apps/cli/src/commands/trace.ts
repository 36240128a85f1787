import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { readSpans, type SpanRecord } from '@numfleet/telemetry';
import { exitCodes } from '../exit-codes.ts';
import { drawTree } from '../span-tree.ts';
import type { Surroundings } from '../surroundings.ts';

export interface TraceOptions {
  page?: string;
  json?: boolean;
}

/**
 * `trace ID`: what was done for a job, from dispatch to commit, by the id of its trace (in its log lines) or of the job (in
 * Bull Board); `--page ID`: for the last job of a page. Reads the trace files of the home folder, so it needs no fleet.
 * Throws `trace-unknown`.
 */
export async function trace(
  id: string | undefined,
  { page, json }: TraceOptions,
  around: Surroundings,
): Promise<number> {
  const folder = path.join(around.home, 'traces');
  const traceId = await traceIdOf(id, page, folder);
  const spans = traceId === null ? [] : await readSpans(folder, { traceId });
  if (spans.length === 0) throw unknown(around);
  const linked = await linkedTo(spans, folder);
  const lines = () => [...spans, ...linked].map((span) => `${JSON.stringify(span)}\n`).join('');
  around.stdout.write(json ? lines() : `trace ${traceId}\n${drawTree(spans, linked)}`);
  return exitCodes.done;
}

async function traceIdOf(id: string | undefined, page: string | undefined, folder: string): Promise<string | null> {
  if ((id === undefined) === (page === undefined)) {
    throw new NumfleetError('usage', 'Give the id of a trace or job, or --page with the id of a page.');
  }
  if (id !== undefined && /^[0-9a-f]{32}$/i.test(id)) return id.toLowerCase();
  const query =
    id === undefined
      ? ({ attribute: 'numfleet.page.id', value: page ?? '' } as const)
      : ({ attribute: 'numfleet.job.id', value: id } as const);
  return (await readSpans(folder, query)).at(-1)?.traceId ?? null;
}

/** The batch that a result was committed in is in a trace of its own. */
async function linkedTo(spans: readonly SpanRecord[], folder: string): Promise<SpanRecord[]> {
  const links = spans.flatMap((span) => span.links);
  const found = await Promise.all(links.map(({ traceId }) => readSpans(folder, { traceId })));
  return found.flat().filter(({ spanId }) => links.some((link) => link.spanId === spanId));
}

function unknown({ config }: Surroundings): NumfleetError {
  const collector = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const where = collector
    ? 'Spans go to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names: look there.'
    : 'It takes a second until they are written; the oldest are let go, and all but failures where NUMFLEET_TRACE_RATIO is below 1.';
  return new NumfleetError('trace-unknown', `No span of it is kept on this machine. ${where}`);
}
