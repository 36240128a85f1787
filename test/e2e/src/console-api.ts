import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CampaignStatus,
  type CreateCampaignRequest,
  campaignStatus,
  enqueueReport,
  type NumberView,
  numberView,
  type PageView,
  pageView,
} from '@numfleet/contracts';

/** The console over HTTP, as a tool of somebody else's would use it. Everything but `get` throws on an error status. */
export interface ConsoleApi {
  readonly url: string;
  readonly token: string;
  createCampaign(request: CreateCampaignRequest): Promise<string>;
  change(campaign: string, verb: 'pause' | 'resume' | 'cancel' | 'retry'): Promise<CampaignStatus>;
  status(campaign: string): Promise<CampaignStatus>;
  findPage(url: string): Promise<PageView>;
  /** Masked, or plain for a purpose. */
  numbers(campaign: string, purpose?: string): Promise<NumberView[]>;
  /** Any path of the console, with the token. */
  get(path: string): Promise<{ status: number; text: string }>;
  post(path: string, body: unknown): Promise<{ status: number; text: string }>;
  /** Waits for the end of a campaign; `onStatus` sees each status on the way. */
  finished(
    campaign: string,
    options: { withinMs: number; everyMs?: number; onStatus?: (status: CampaignStatus) => Promise<void> | void },
  ): Promise<CampaignStatus>;
}

const callMs = 30_000;

export function createConsoleApi({ url, token }: { url: string; token: string }): ConsoleApi {
  async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(callMs),
    });
    return { status: response.status, text: await response.text() };
  }
  async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> {
    const { status, text } = await ask(method, `/api/v1${path}`, body);
    if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
    return text;
  }
  const read = async (campaign: string) =>
    campaignStatus.parse(JSON.parse(await call('GET', `/campaigns/${campaign}`)));

  return {
    url,
    token,
    createCampaign: async (request) =>
      enqueueReport.parse(JSON.parse(await call('POST', '/campaigns', request))).campaign,
    change: async (campaign, verb) =>
      campaignStatus.parse(JSON.parse(await call('POST', `/campaigns/${campaign}/${verb}`))),
    status: read,
    findPage: async (url) => pageView.parse(JSON.parse(await call('POST', '/pages/find', { url }))),
    async numbers(campaign, purpose) {
      const path = `/campaigns/${campaign}/numbers`;
      const text = purpose ? await call('POST', `${path}/reveal`, { purpose }) : await call('GET', path);
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => numberView.parse(JSON.parse(line)));
    },
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    async finished(campaign, { withinMs, everyMs = 200, onStatus }) {
      const end = performance.now() + withinMs;
      while (true) {
        const status = await read(campaign);
        await onStatus?.(status);
        if (status.state === 'finished' || status.state === 'cancelled') return status;
        if (performance.now() > end) throw new Error(`not finished within ${withinMs} ms: ${JSON.stringify(status)}`);
        await sleep(everyMs);
      }
    },
  };
}
