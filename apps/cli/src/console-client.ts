import {
  apiError,
  type CampaignStatus,
  type CreateCampaignRequest,
  campaignStatus,
  type EnqueueReport,
  type ErrorCode,
  enqueueReport,
  type NumberView,
  NumfleetError,
  numberView,
  type PageView,
  pageView,
} from '@numfleet/contracts';
import { z } from 'zod';

/** The console's HTTP API. Every call throws the console's own error, with its code and message. */
export interface ConsoleClient {
  readonly url: string;
  readonly token: string;
  createCampaign(request: CreateCampaignRequest): Promise<EnqueueReport>;
  enqueue(campaign: string, urls: string[]): Promise<EnqueueReport>;
  change(campaign: string, verb: 'pause' | 'resume' | 'cancel' | 'retry'): Promise<CampaignStatus>;
  status(campaign: string): Promise<CampaignStatus>;
  list(): Promise<CampaignStatus[]>;
  findPage(url: string, campaign?: string): Promise<PageView>;
  /** Masked, or revealed for a purpose, which is audited. */
  numbers(campaign: string, reveal: { purpose: string } | null): AsyncGenerator<NumberView>;
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
  const at = (campaign: string) => `/campaigns/${encodeURIComponent(campaign)}`;
  return {
    url: deps.url,
    token: deps.token,
    createCampaign: (request) => read(enqueueReport, call('POST', '/campaigns', request)),
    enqueue: (campaign, urls) => read(enqueueReport, call('POST', `${at(campaign)}/urls`, { urls })),
    change: (campaign, verb) => read(campaignStatus, call('POST', `${at(campaign)}/${verb}`)),
    status: (campaign) => read(campaignStatus, call('GET', at(campaign))),
    list: async () =>
      (await read(z.object({ campaigns: z.array(campaignStatus) }), call('GET', '/campaigns'))).campaigns,
    findPage: (url, campaign) =>
      read(pageView, call('POST', '/pages/find', campaign === undefined ? { url } : { url, campaign })),
    async *numbers(campaign, reveal) {
      const response = reveal
        ? await call('POST', `${at(campaign)}/numbers/reveal`, reveal)
        : await call('GET', `${at(campaign)}/numbers`);
      for await (const line of linesOf(response)) yield numberView.parse(JSON.parse(line));
    },
  };
}

async function errorOf(response: Response): Promise<NumfleetError> {
  const parsed = apiError.safeParse(await response.json().catch(() => null));
  if (!parsed.success) return new NumfleetError('internal-error', `The console answered ${response.status}.`);
  return new NumfleetError(parsed.data.error.code as ErrorCode, parsed.data.error.message);
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
