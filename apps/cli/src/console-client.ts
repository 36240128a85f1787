import {
  type ApiTokenView,
  apiError,
  apiTokenView,
  type CampaignLimits,
  type CampaignStatus,
  type CreateCampaignRequest,
  type CreateTokenRequest,
  campaignStatus,
  createdToken,
  type EnqueueReport,
  type EraseReport,
  type ErrorCode,
  enqueueReport,
  eraseReport,
  fleetView,
  type NumberTrace,
  type NumberView,
  NumfleetError,
  numberTrace,
  numberView,
  type PageView,
  pageView,
  type ShredCertificate,
  type SuppressReport,
  shredCertificate,
  suppressReport,
  type WorkerReport,
} from '@numfleet/contracts';
import { z } from 'zod';

/** The console's HTTP API. Every call throws the console's own error, with its code and message. */
export interface ConsoleClient {
  readonly url: string;
  readonly token: string;
  createCampaign(request: CreateCampaignRequest): Promise<EnqueueReport>;
  enqueue(campaign: string, urls: string[]): Promise<EnqueueReport>;
  change(campaign: string, verb: 'pause' | 'resume' | 'cancel' | 'retry'): Promise<CampaignStatus>;
  /** Those that are not named stay as they are. */
  limit(campaign: string, limits: CampaignLimits): Promise<CampaignStatus>;
  status(campaign: string): Promise<CampaignStatus>;
  list(): Promise<CampaignStatus[]>;
  /** The processes of the fleet that reported themselves within the last minute. */
  workers(): Promise<WorkerReport[]>;
  findPage(url: string, campaign?: string): Promise<PageView>;
  /** All that is known of a number; audited. */
  traceNumber(request: {
    number: string;
    region: string | null;
    purpose: string;
    picture: boolean;
  }): Promise<NumberTrace>;
  /** Up to 1,000 numbers; likewise `suppress`. */
  erase(request: { numbers: string[]; region: string | null; reason: string }): Promise<EraseReport>;
  suppress(request: { numbers: string[]; region: string | null }): Promise<SuppressReport>;
  /** Takes a campaign's key away, with all that it found. */
  shred(campaign: string, reason: string): Promise<ShredCertificate>;
  createToken(request: CreateTokenRequest): Promise<{ token: string; expiresAt: string }>;
  listTokens(): Promise<ApiTokenView[]>;
  revokeToken(name: string): Promise<void>;
  /** Masked, or revealed for a purpose; audited. */
  numbers(campaign: string, reveal: { purpose: string } | null): AsyncGenerator<NumberView>;
  /** The same as the bytes of a file, whose SHA-256 is in the audit. */
  exportNumbers(
    campaign: string,
    asked: { format: 'csv' | 'jsonl'; reveal: { purpose: string } | null },
  ): AsyncGenerator<Uint8Array>;
}

export function createConsoleClient(deps: { url: string; token: string; signal: AbortSignal }): ConsoleClient {
  async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${deps.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${deps.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: deps.signal,
    }).catch((cause: unknown) => {
      deps.signal.throwIfAborted();
      throw new NumfleetError('fleet-not-running', `The console at ${deps.url} does not answer.`, { cause });
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  }
  const read = async <T>(schema: z.ZodType<T>, response: Promise<Response>): Promise<T> =>
    schema.parse(await (await response).json());
  const openExport = (campaign: string, format: string, reveal: { purpose: string } | null) =>
    reveal
      ? call('POST', `${at(campaign)}/numbers/reveal?format=${format}`, reveal)
      : call('GET', `${at(campaign)}/numbers?format=${format}`);
  const at = (campaign: string) => `/campaigns/${encodeURIComponent(campaign)}`;
  return {
    url: deps.url,
    token: deps.token,
    createCampaign: (request) => read(enqueueReport, call('POST', '/campaigns', request)),
    enqueue: (campaign, urls) => read(enqueueReport, call('POST', `${at(campaign)}/urls`, { urls })),
    change: (campaign, verb) => read(campaignStatus, call('POST', `${at(campaign)}/${verb}`)),
    limit: (campaign, limits) => read(campaignStatus, call('POST', `${at(campaign)}/limits`, limits)),
    status: (campaign) => read(campaignStatus, call('GET', at(campaign))),
    list: async () =>
      (await read(z.object({ campaigns: z.array(campaignStatus) }), call('GET', '/campaigns'))).campaigns,
    workers: async () => (await read(fleetView.pick({ workers: true }), call('GET', '/fleet'))).workers,
    findPage: (url, campaign) =>
      read(pageView, call('POST', '/pages/find', campaign === undefined ? { url } : { url, campaign })),
    traceNumber: (request) => read(numberTrace, call('POST', '/numbers/trace', request)),
    erase: (request) => read(eraseReport, call('POST', '/numbers/erase', request)),
    suppress: (request) => read(suppressReport, call('POST', '/suppressions', request)),
    shred: (campaign, reason) => read(shredCertificate, call('POST', `${at(campaign)}/shred`, { reason })),
    createToken: (request) => read(createdToken, call('POST', '/tokens', request)),
    listTokens: async () => (await read(z.object({ tokens: z.array(apiTokenView) }), call('GET', '/tokens'))).tokens,
    revokeToken: async (name) => void (await call('POST', '/tokens/revoke', { name })),
    async *numbers(campaign, reveal) {
      for await (const line of linesOf(bytesOf(await openExport(campaign, 'jsonl', reveal)))) {
        yield numberView.parse(JSON.parse(line));
      }
    },
    async *exportNumbers(campaign, { format, reveal }) {
      yield* bytesOf(await openExport(campaign, format, reveal));
    },
  };
}

async function errorOf(response: Response): Promise<NumfleetError> {
  const parsed = apiError.safeParse(await response.json().catch(() => null));
  if (!parsed.success) return new NumfleetError('internal-error', `The console answered ${response.status}.`);
  return new NumfleetError(parsed.data.error.code as ErrorCode, parsed.data.error.message);
}

/** As fast as they are taken. Throws `fleet-unhealthy` where the console breaks off, so that a part is no whole. */
async function* bytesOf(response: Response): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (cause) {
    if (cause instanceof NumfleetError) throw cause;
    throw new NumfleetError('fleet-unhealthy', 'The console broke off: what was written is not all. See its log.', {
      cause,
    });
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
