import { type CreateCampaignRequest, createCampaignRequest, NumfleetError } from '@numfleet/contracts';
import type { z } from 'zod';
import { regionOption } from './region-option.ts';
import { requireUrls } from './require-urls.ts';

/** The options of `crawl` that say what the campaign is, as they were typed. */
export interface CampaignOptions {
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
  domainConcurrency?: string;
  addressConcurrency?: string;
  retention?: string;
  sitemap?: boolean;
  maxTime?: string;
  every?: string;
}

/** Throws `purpose-missing`, `url-malformed`, or `usage`, which names the option. */
export function campaignRequest(urls: string[], options: CampaignOptions): CreateCampaignRequest {
  if (!options.purpose?.trim()) {
    const message = 'Say why these numbers are collected: --purpose "…". It is kept with them.';
    throw new NumfleetError('purpose-missing', message);
  }
  requireUrls(urls);
  return readOptions('crawl', createCampaignRequest, {
    seeds: urls,
    purpose: options.purpose,
    name: options.name,
    depth: wholeNumber('--depth', options.depth),
    maxPages: wholeNumber('--max-pages', options.maxPages),
    scope: options.scope,
    allow: options.allow,
    deny: options.deny,
    region: regionOption(options.region),
    render: options.render,
    delayMs: wholeNumber('--delay', options.delay),
    hostConcurrency: wholeNumber('--host-concurrency', options.hostConcurrency),
    ...groupLimits(options),
    retentionDays: wholeNumber('--retention', options.retention),
    sitemaps: options.sitemap,
    maxSeconds: wholeNumber('--max-time', options.maxTime),
    everySeconds: duration('--every', options.every),
  });
}

/** What was typed, as the API takes it. Throws `usage`, which names the option. */
export function readOptions<Schema extends z.ZodType>(
  command: string,
  schema: Schema,
  given: Record<string, unknown>,
): z.output<Schema> {
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(stated);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path: [field], message }) => `${optionOf(field)}: ${message}`);
  throw new NumfleetError('usage', `${wrong.join('; ')}. See numfleet ${command} --help.`);
}

/** `none` lifts a limit. */
export function groupLimits(options: Pick<CampaignOptions, 'domainConcurrency' | 'addressConcurrency'>) {
  const limit = (option: string, text: string | undefined) => (text === 'none' ? null : wholeNumber(option, text));
  return {
    domainConcurrency: limit('--domain-concurrency', options.domainConcurrency),
    addressConcurrency: limit('--address-concurrency', options.addressConcurrency),
  };
}

export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new NumfleetError('usage', `${option} takes a whole number. See numfleet --help.`);
}

const unitSeconds = { h: 3_600, d: 86_400, w: 604_800 } as const;

/** `12h`, `7d`, `2w`, in s. */
function duration(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
  throw new NumfleetError('usage', `${option} takes hours, days or weeks, such as 12h, 7d or 2w. See numfleet --help.`);
}

/** Fields that are not named as their option is. */
const renamed: Partial<Record<PropertyKey, string>> = {
  seeds: 'URL',
  maxPages: '--max-pages',
  delayMs: '--delay',
  hostConcurrency: '--host-concurrency',
  domainConcurrency: '--domain-concurrency',
  addressConcurrency: '--address-concurrency',
  retentionDays: '--retention',
  maxSeconds: '--max-time',
  everySeconds: '--every',
  sitemaps: '--sitemap',
};

function optionOf(field: PropertyKey | undefined): string {
  return renamed[field ?? ''] ?? `--${String(field)}`;
}
