import type { Protocol } from 'devtools-protocol/types/protocol.js';
import type { CdpSession } from './cdp.ts';
import type { OpenPage, ProxyPass } from './page-lease.ts';
import type { RenderRequest } from './render-page.ts';

/** What a page may load (I7, I8). */
const pageLimits = {
  subresources: 100,
  /** Bytes of one subresource, and of all together, decompressed: what they are on the wire, the proxy counts. */
  resourceBytes: 10 * 1024 * 1024,
  totalBytes: 30 * 1024 * 1024,
  /** Other addresses that the page tried to go to and that are reported. */
  navigations: 20,
};

export interface PageRequests {
  /** Begins to govern what this session asks for. */
  govern(session: CdpSession): Promise<void>;
  /** Whether something was refused because a limit was reached. */
  readonly cut: boolean;
  /** Whether something was refused because its host's robots.txt asks so. */
  readonly disallowed: boolean;
  /** Where the page wanted to go: scripted and meta redirects, reloads, popups. */
  readonly navigatedTo: string[];
  /** Aborted when a limit is reached by what cannot be refused: it ends only with the page. */
  readonly overfull: AbortSignal;
  /**
   * Aborted soon after the page wanted to go elsewhere. A script that does so before the document is parsed stops the
   * parser for good: refusing, 204 and an error page were all tried.
   */
  readonly left: AbortSignal;
}

/**
 * Puts itself between a page and the network. The document is handed over once, the page goes nowhere else, and what it
 * loads is bounded; what passes goes on to the proxy, which is the guard (I5). This is not: it bounds.
 */
export function governRequests(page: OpenPage, request: RenderRequest): PageRequests {
  const budget = createBudget(page.pass.exceeded);
  const navigatedTo = new Set<string>();
  const left = new AbortController();
  let handedOver = false;
  let disallowed = false;

  const wantsTo = (url: string) => {
    if (/^https?:/.test(url) && navigatedTo.size < pageLimits.navigations) navigatedTo.add(url);
  };
  const answer = async (session: CdpSession, asked: Asked) => {
    const { requestId, resourceType, frameId } = asked;
    const { url } = asked.request;
    const refuse = (errorReason: 'Aborted' | 'BlockedByClient') =>
      session.send('Fetch.failRequest', { requestId, errorReason });
    if (resourceType === 'Document' && frameId === page.frameId) {
      if (!handedOver) {
        handedOver = true;
        return await session.send('Fetch.fulfillRequest', { requestId, ...handOver(request.document) });
      }
      wantsTo(url);
      setTimeout(() => left.abort(), msToLeave).unref();
      return await refuse('Aborted'); // any other error would put an error page in the document's place
    }
    const wanted = !unwantedTypes.has(resourceType) && !isForeignFrame(asked, request.url);
    if (wanted && request.mayAsk?.(url) === false) {
      disallowed = true;
      return await refuse('BlockedByClient');
    }
    if (!wanted || !budget.admit()) return await refuse('BlockedByClient');
    return await session.send('Fetch.continueRequest', { requestId });
  };

  page.session.on('Page.windowOpen', ({ url }) => wantsTo(url));
  // What is on its way would still be unpacked, and put into the page, for as long as that is open.
  const stop = () => void page.session.send('Page.stopLoading').catch(pageIsGone);
  budget.overfull.addEventListener('abort', stop, { once: true });
  return {
    async govern(session) {
      session.on('Fetch.requestPaused', (asked) => void answer(session, asked).catch(pageIsGone));
      session.on('Fetch.authRequired', (asked) => void showPass(session, asked, page.pass).catch(pageIsGone));
      watchTraffic(session, budget);
      await Promise.all([
        // Workers have none; the proxy counts what they ask for.
        session.send('Fetch.enable', { handleAuthRequests: true }).catch(pageIsGone),
        // What it keeps of answers, to be shown to developers, is of no use here.
        session.send('Network.enable', { maxTotalBufferSize: 1, maxResourceBufferSize: 1 }),
      ]);
    },
    get cut() {
      return budget.exceeded;
    },
    get disallowed() {
      return disallowed;
    },
    get navigatedTo() {
      return [...navigatedTo];
    },
    overfull: budget.overfull,
    left: left.signal,
  };
}

type Asked = Protocol.Fetch.RequestPausedEvent;

/** To the proxy alone: a site that asks who comes gets no answer. */
async function showPass(session: CdpSession, asked: Protocol.Fetch.AuthRequiredEvent, pass: ProxyPass): Promise<void> {
  const { username, password } = pass;
  const isProxy = asked.authChallenge.source === 'Proxy' && !pass.exceeded.aborted;
  await session.send('Fetch.continueWithAuth', {
    requestId: asked.requestId,
    authChallengeResponse: isProxy
      ? { response: 'ProvideCredentials', username, password }
      : { response: 'CancelAuth' },
  });
}

interface Budget {
  readonly exceeded: boolean;
  readonly overfull: AbortSignal;
  /** Whether one more request may go out. */
  admit(): boolean;
  /** One more request went out unasked. */
  count(): void;
  /** So much more of a resource reached the page. */
  receive(resource: string, bytes: number): void;
}

function createBudget(fed: AbortSignal): Budget {
  const cut = new AbortController();
  const overfull = AbortSignal.any([fed, cut.signal]);
  const ofResource = new Map<string, number>();
  let requests = 0;
  let total = 0;
  return {
    overfull,
    get exceeded() {
      return requests > pageLimits.subresources || overfull.aborted;
    },
    admit() {
      requests += 1;
      return !this.exceeded;
    },
    count() {
      if (!this.admit()) cut.abort();
    },
    receive(resource, bytes) {
      const size = (ofResource.get(resource) ?? 0) + bytes;
      ofResource.set(resource, size);
      total += bytes;
      if (size > pageLimits.resourceBytes || total > pageLimits.totalBytes) cut.abort();
    },
  };
}

/** A frame of another origin is another page: advertisements, maps, films. Its address is in the HTML. */
function isForeignFrame({ resourceType, request }: Asked, pageUrl: string): boolean {
  return resourceType === 'Document' && new URL(request.url).origin !== new URL(pageUrl).origin;
}

/** Numbers are in the text. */
const unwantedTypes = new Set<Protocol.Network.ResourceType>([
  'Image',
  'Media',
  'Font',
  'TextTrack',
  'Manifest',
  'Ping',
  'CSPViolationReport',
  'Prefetch',
]);

/** Without a body, or with a status that has none, Chromium would show a page of its own or none. */
function handOver(document: RenderRequest['document']) {
  const headers = Object.entries(document.headers).filter(([name]) => !transportHeaders.has(name.toLowerCase()));
  const status = document.status >= 400 && document.body.length > 0 ? document.status : 200;
  return {
    responseCode: status,
    responseHeaders: headers.map(([name, value]) => ({ name, value })),
    body: Buffer.from(document.body).toString('base64'),
  };
}

/** They described the way to us, or would make a download of it. */
const transportHeaders = new Set([
  'alt-svc',
  'connection',
  'content-disposition',
  'content-encoding',
  'content-length',
  'keep-alive',
  'strict-transport-security',
  'transfer-encoding',
]);

/** Websockets, which cannot be refused, and sizes are counted as they come. */
function watchTraffic(session: CdpSession, budget: Budget): void {
  let document: string | null = null;
  session.on('Network.requestWillBeSent', ({ requestId, loaderId }) => {
    if (requestId === loaderId) document ??= requestId;
  });
  // Decompressed: a few kilobytes on the wire can unpack to gigabytes. The document was cut when it was fetched.
  session.on('Network.dataReceived', ({ requestId, dataLength }) => {
    if (requestId !== document) budget.receive(requestId, dataLength);
  });
  session.on('Network.webSocketFrameReceived', ({ requestId, response }) =>
    budget.receive(requestId, response.payloadData.length),
  );
  session.on('Network.webSocketCreated', () => budget.count());
}

const msToLeave = 500;

function pageIsGone(): void {
  // The page was closed while it asked; its outcome is told elsewhere.
}
