import { type CrawlJob, type CrawlResult, type FilterPart, queueNames } from '@numfleet/contracts';
import { type Messages, parse } from './contract.ts';
import { traceparentIn } from './envelope.ts';

/** Ids, counts and codes: all of a message that may be shown to people. */
export type MessageSummary = Readonly<Record<string, string | number | null>>;

/**
 * What dashboards show of a message as it lies in a queue. Each field is named here, so that a field added to a contract
 * stays hidden, and so do URLs, links, rules and sealed payloads (I3). Never throws; what does not validate is a code.
 */
export function summariseMessage(queue: keyof Messages, data: unknown): MessageSummary {
  const traceId = traceparentIn(data)?.split('-')[1];
  return { ...summarise(queue, data), ...(traceId !== undefined && { traceId }) };
}

function summarise(queue: keyof Messages, data: unknown): MessageSummary {
  if (queue === queueNames.crawl) {
    const parsed = parse(queue, data);
    return parsed.ok ? summariseJob(parsed.message) : { code: parsed.code };
  }
  if (queue === queueNames.reports) {
    const parsed = parse(queue, data);
    return parsed.ok ? { kind: parsed.message.kind } : { code: parsed.code };
  }
  if (queue === queueNames.filters) {
    const parsed = parse(queue, data);
    return parsed.ok ? summariseFilter(parsed.message) : { code: parsed.code };
  }
  const parsed = parse(queue, data);
  return parsed.ok ? summariseResult(parsed.message) : { code: parsed.code };
}

function summariseFilter({ kind, campaignId, generation, part }: FilterPart): MessageSummary {
  return { kind, campaignId, generation, part };
}

function summariseJob(job: CrawlJob): MessageSummary {
  if (job.kind === 'robots') return { kind: job.kind, originId: job.originId };
  const { kind, pageId, campaignId } = job;
  return job.kind === 'page' ? { kind, pageId, campaignId, depth: job.depth } : { kind, pageId, campaignId };
}

function summariseResult(result: CrawlResult): MessageSummary {
  const { kind, outcome, code } = result;
  if (kind === 'robots') return { kind, originId: result.originId, outcome, code };
  const { pageId, campaignId } = result;
  const count = result.kind === 'page' ? { findings: result.findings } : { part: result.part };
  return { kind, pageId, campaignId, outcome, code, ...count };
}
