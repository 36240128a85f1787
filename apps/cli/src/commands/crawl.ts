import {
  type CampaignStatus,
  type CreateCampaignRequest,
  createCampaignRequest,
  NumfleetError,
} from '@numfleet/contracts';
import { normaliseUrl } from '@numfleet/privacy';
import { exitCodes } from '../exit-codes.ts';
import { openSession, requireRunning } from '../fleet-session.ts';
import { createStartReporter, waitForCampaign } from '../progress.ts';
import type { Surroundings } from '../surroundings.ts';

export interface CrawlOptions {
  purpose?: string;
  name?: string;
  depth?: string;
  maxPages?: string;
  scope?: string;
  allow?: string;
  deny?: string;
  region?: string;
  render?: string;
  delay?: string;
  hostConcurrency?: string;
  retention?: string;
  wait?: boolean;
  json?: boolean;
}

/** `crawl URL…`: starts a campaign; with `--wait`, on a fleet of its own where none runs, until it is finished. */
export async function crawl(urls: string[], options: CrawlOptions, around: Surroundings): Promise<number> {
  const request = requestOf(urls, options);
  if (!options.wait) {
    const console = await requireRunning(around);
    const report = await console.createCampaign(request);
    around.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `Campaign ${report.campaign} started.\n`);
    return exitCodes.done;
  }
  const report = options.json ? () => {} : createStartReporter(around.stderr);
  await using session = await openSession('crawl', around, report);
  const { campaign } = await session.console.createCampaign(request);
  const waiting = { console: session.console, campaign, stderr: around.stderr, quiet: options.json === true };
  const status = await Promise.race([
    waitForCampaign({ ...waiting, signal: around.signal }),
    ...(session.fleet ? [session.fleet.failed] : []),
  ]);
  around.stdout.write(options.json ? `${JSON.stringify(summaryOf(status))}\n` : `${describe(status)}\n`);
  return (status.pages.failed ?? 0) > 0 ? exitCodes.finishedWithFailures : exitCodes.done;
}

/** The fixed fields of a summary; see the README. */
export function summaryOf(status: CampaignStatus) {
  const { campaign, state, pages, numbers, sightings, seconds, ...more } = status;
  return { campaign, state, pages, numbers, sightings, seconds, ...more };
}

function requestOf(urls: string[], options: CrawlOptions): CreateCampaignRequest {
  if (!options.purpose?.trim()) {
    throw new NumfleetError(
      'purpose-missing',
      'Say why these numbers are collected: --purpose "…". It is kept with them.',
    );
  }
  for (const [index, url] of urls.entries()) {
    if (normaliseUrl(url) !== null) continue;
    const message = `URL ${index + 1} is not an http or https URL of at most 2,048 characters.`;
    throw new NumfleetError('url-malformed', message);
  }
  const given = {
    seeds: urls,
    purpose: options.purpose,
    name: options.name,
    depth: numberOf(options.depth),
    maxPages: numberOf(options.maxPages),
    scope: options.scope,
    allow: options.allow,
    deny: options.deny,
    region: options.region?.toUpperCase(),
    render: options.render,
    delayMs: numberOf(options.delay),
    hostConcurrency: numberOf(options.hostConcurrency),
    retentionDays: numberOf(options.retention),
  };
  const parsed = createCampaignRequest.safeParse(withoutUndefined(given));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new NumfleetError('usage', `${wrong}. See numfleet crawl --help.`);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : text.trim() === '' ? Number.NaN : Number(text);
}

function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function describe({ campaign, state, pages, numbers, sightings, seconds }: CampaignStatus): string {
  const byState = Object.entries(pages).map(([name, count]) => `${count} ${name}`);
  return `Campaign ${campaign} ${state} in ${seconds.toFixed(1)} s: ${byState.join(', ')}; ${numbers} numbers, ${sightings} sightings.`;
}
