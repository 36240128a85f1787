import type { Protocol } from 'devtools-protocol/types/protocol.js';
import { getDomain } from 'tldts';
import type { CdpSession } from './cdp.ts';

/** What a page's requests tell of how far it has come. */
export interface RequestWatch {
  watch(session: CdpSession): void;
  /** Milliseconds since a request that may change the page was in flight, 0 while one is; `own`: those of its own site alone. */
  quietForMs(whose: 'all' | 'own'): number;
  /** Scripts and data of its own site that broke off, or were answered 5xx: at another time they may come. */
  failures(): number;
  /**
   * Whether scripts or data of its own site are still to come. A question that has been open for 10 s is not: chats and
   * tickers ask such ones, to be answered when there is something to tell.
   */
  isWaiting(): boolean;
  /** Whether it may be told something at any time: by a worker, a websocket, a stream of events. */
  listens(): boolean;
}

interface InFlight {
  own: boolean;
  type: Protocol.Network.ResourceType;
  since: number;
}

/** Requests that never end by design, and those that change nothing, do not keep the page from being quiet. */
export function watchRequests(pageUrl: string, mainFrameId: string): RequestWatch {
  const isOwn = createIsOwn(pageUrl);
  const inFlight = new Map<string, InFlight>();
  const last = { all: performance.now(), own: performance.now() };
  let failures = 0;
  let sessions = 0;
  let listens = false;
  const changed = (own: boolean) => {
    last.all = performance.now();
    if (own) last.own = last.all;
  };
  const ended = (id: string): InFlight | undefined => {
    const request = inFlight.get(id);
    if (request && inFlight.delete(id)) changed(request.own);
    return request;
  };
  const watch = (session: CdpSession) => {
    sessions += 1; // all but the page's own are of workers, and of frames in other processes
    session.on('Network.webSocketCreated', () => {
      listens = true;
    });
    session.on('Network.requestWillBeSent', ({ requestId, frameId, request, type = 'Other' }) => {
      if (type === 'EventSource') listens = true;
      // The page goes nowhere, however often it tries; frames do.
      if (!changingTypes.has(type) || (type === 'Document' && frameId === mainFrameId)) return;
      const own = isOwn(request.url);
      inFlight.set(requestId, { own, type, since: performance.now() });
      changed(own);
    });
    session.on('Network.responseReceived', ({ requestId, response }) => {
      const request = inFlight.get(requestId);
      if (request && response.status >= 500 && isContent(request)) failures += 1;
    });
    session.on('Network.loadingFinished', ({ requestId }) => void ended(requestId));
    session.on('Network.loadingFailed', ({ requestId, errorText }) => {
      const request = ended(requestId);
      if (request && isContent(request) && passingErrors.test(errorText)) failures += 1;
    });
  };
  return {
    watch,
    quietForMs(whose) {
      const busy = whose === 'all' ? inFlight.size > 0 : [...inFlight.values()].some(({ own }) => own);
      return busy ? 0 : performance.now() - last[whose];
    },
    failures: () => failures,
    listens: () => listens || sessions > 1,
    isWaiting: () =>
      [...inFlight.values()].some(
        (request) =>
          isContent(request) && (request.type === 'Script' || performance.now() - request.since < openQuestionMs),
      ),
  };
}

/** Of the page's registrable domain: shops keep their data at `api.` and their scripts at `static.`. */
function createIsOwn(pageUrl: string): (url: string) => boolean {
  const siteOf = (url: string) => getDomain(url, { allowPrivateDomains: true }) ?? URL.parse(url)?.hostname ?? '';
  const site = siteOf(pageUrl);
  return (url) => siteOf(url) === site;
}

const isContent = ({ own, type }: InFlight) => own && contentTypes.has(type);

const changingTypes = new Set<Protocol.Network.ResourceType>(['Document', 'Script', 'Stylesheet', 'XHR', 'Fetch']);
const contentTypes = new Set<Protocol.Network.ResourceType>(['Script', 'XHR', 'Fetch']);

/** Of Chromium's errors those that another try may cure; what a page, a policy or we refused stays refused. */
const passingErrors =
  /^net::ERR_(CONNECTION_|TUNNEL_|PROXY_CONNECTION_|EMPTY_RESPONSE|TIMED_OUT|SOCKET_|NETWORK_|NAME_|ADDRESS_UNREACHABLE|INCOMPLETE_|CONTENT_LENGTH_|INVALID_HTTP|HTTP2_|RESPONSE_HEADERS_TRUNCATED)/;

const openQuestionMs = 10_000;
