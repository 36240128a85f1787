import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ProcessLook } from './console-process.ts';
import type { SpawnedConsole } from './spawn-console.ts';

export interface LoadReport {
  /** As it came out. */
  perSecond: number;
  /** Requests that were not answered: the console broke off. */
  broken: number;
  statuses: Record<string, number>;
  /** Of the console in bytes, after each `perSecond` requests: what it holds, and its RSS. */
  held: number[];
  rss: number[];
  /** Milliseconds from sending to the whole answer. */
  p50: number;
  p99: number;
}

/** So that a slow machine makes a slower load and not a longer queue. */
const maxInFlight = 64;

/**
 * Good and hostile requests in turn, at most so many a second. What is to be refused is answered 4xx; a 5xx is a defect
 * whatever was sent.
 */
export async function sendMixedLoad(
  spawned: SpawnedConsole,
  { perSecond, requests, campaign }: { perSecond: number; requests: number; campaign: string },
): Promise<LoadReport> {
  const calls = mixOf(spawned, campaign);
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  const looks: ProcessLook[] = [];
  const inFlight = new Set<Promise<void>>();
  let broken = 0;
  const from = performance.now();
  for (let sent = 0; sent < requests; sent += 1) {
    const wait = from + (sent / perSecond) * 1_000 - performance.now();
    if (wait > 1) await delay(wait);
    if (inFlight.size >= maxInFlight) await Promise.race(inFlight);
    if (sent % perSecond === 0) looks.push(await spawned.look());
    const [path, init] = calls[sent % calls.length] ?? ['/', {}];
    const startedAt = performance.now();
    const answered = fetch(spawned.origin + path, { redirect: 'manual', ...init })
      .then(async (response) => {
        await response.arrayBuffer();
        statuses[response.status] = (statuses[response.status] ?? 0) + 1;
        times.push(performance.now() - startedAt);
      })
      .catch(() => {
        broken += 1;
      })
      .finally(() => inFlight.delete(answered));
    inFlight.add(answered);
  }
  await Promise.all(inFlight);
  looks.push(await spawned.look());
  times.sort((one, other) => one - other);
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const perSecondSent = requests / ((performance.now() - from) / 1_000);
  const [held, rss] = [looks.map((look) => look.held), looks.map((look) => look.rss)];
  return { perSecond: perSecondSent, broken, statuses, held, rss, p50: quantile(0.5), p99: quantile(0.99) };
}

type Call = [path: string, init: RequestInit];

function mixOf({ token }: SpawnedConsole, campaign: string): Call[] {
  const authorization = `Bearer ${token}`;
  const api = '/api/v1';
  const get = (path: string): Call => [path, { headers: { authorization } }];
  const post = (path: string, body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}): Call => [
    path,
    { method: 'POST', body, headers: { authorization, 'content-type': 'application/json', ...headers } },
  ];
  const seeds = ['http://load.test/'];
  return [
    get(`${api}/fleet`),
    get(`${api}/campaigns`),
    get(`${api}/campaigns/${campaign}`),
    get(`${api}/campaigns/${campaign}/numbers`),
    get(`${api}/openapi.json`),
    get('/queues/api/queues?activeQueue=crawl'),
    post(`${api}/campaigns/${campaign}/urls`, JSON.stringify({ urls: seeds })),
    post(`${api}/pages/find`, JSON.stringify({ url: seeds[0] })),
    // What follows is to be refused.
    [`${api}/fleet`, {}],
    [`${api}/fleet`, { headers: { authorization: 'Bearer wrong' } }],
    ['/login', { method: 'POST', body: new URLSearchParams({ token: 'wrong' }) }],
    get(`${api}/campaigns/9999999999999999999999`),
    get(`${api}/campaigns/%zz`),
    get(`${api}/campaigns/${campaign}/numbers?format=xls`),
    get(`${api}/../../etc/passwd`),
    get('/assets/..%2f..%2fpackage.json'),
    [`${api}/campaigns`, { method: 'DELETE', headers: { authorization } }],
    post(`${api}/campaigns`, '{"purpose": "x"'),
    post(`${api}/campaigns`, JSON.stringify({ purpose: 'x', seeds: ['javascript:alert(1)'] })),
    post(`${api}/campaigns`, JSON.stringify({ __proto__: null, constructor: {}, seeds: [[[]]] })),
    post(`${api}/campaigns`, `{"seeds":${'['.repeat(50_000)}`),
    post(`${api}/campaigns`, gzipSync(Buffer.alloc(1_000_000)), { 'content-encoding': 'gzip' }),
    post(`${api}/campaigns`, 'x', { 'content-encoding': 'compress' }),
    post(`${api}/campaigns`, '<x/>', { 'content-type': 'application/xml' }),
    post(`${api}/campaigns/${campaign}/pause`, 'x'.repeat(5_000)),
    post(`${api}/campaigns/${campaign}/numbers/reveal`, '{}'),
  ];
}
