import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a page can hold a number without showing it as one, or beside that. */
const places = [
  ...[
    'text',
    'title',
    'path',
    'query',
    'link',
    'header',
    'cookie',
    'type',
    'redirect',
    'elsewhere',
    'missing',
    'failure',
  ],
  ...['broken', 'robots', 'log', 'exception', 'rejection', 'storage', 'history', 'request', 'dialog', 'worker'],
] as const;
type Place = (typeof places)[number];

export interface CanarySite extends AsyncDisposable {
  /** For NUMFLEET_EGRESS_HOSTS. */
  egressHosts: string;
  seeds: readonly string[];
  /** A number for each place, so that a leak tells where it came from. */
  canaries: Readonly<Record<Place, string>>;
}

/** Numbers that Ofcom keeps for drama. */
const canaries = Object.fromEntries(
  places.map((place, n) => [place, `+4420794600${String(n + 10).padStart(2, '0')}`]),
) as Record<Place, string>;

const site = 'http://canary.test';
const html = 'text/html; charset=utf-8';

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/robots.txt': (response) => response.end(`# ${canaries.robots}\nUser-agent: *\nDisallow: /${canaries.robots}\n`),
  '/text': (response) => {
    const body = `<p>Ring ${canaries.text}.</p><a href="/ring/${canaries.link}?tel=${canaries.link}">there</a>`;
    response.setHeader('content-type', html).end(`<title>Ring ${canaries.title}</title>${body}`);
  },
  [`/ring/${canaries.path}?tel=${canaries.query}`]: (response) =>
    response.setHeader('content-type', html).end('<p>Yes.'),
  '/headers': (response) => {
    response.setHeader('content-type', `text/html; charset=${canaries.type}`);
    response.setHeader('x-phone', canaries.header).setHeader('etag', `"${canaries.header}"`);
    response.setHeader('set-cookie', `phone=${canaries.cookie}`).end('<p>See above.');
  },
  '/redirect': (response) => response.writeHead(302, { location: `/${canaries.redirect}` }).end(canaries.redirect),
  '/elsewhere': (response) => response.writeHead(302, { location: `http://other.test/${canaries.elsewhere}` }).end(),
  '/missing': (response) => response.writeHead(404, { 'content-type': html }).end(`<p>${canaries.missing}`),
  '/failure': (response) => response.writeHead(500, { 'content-type': html }).end(`<p>${canaries.failure}`),
  /** What parsers of headers quote in their errors. */
  '/broken': ({ socket }) => socket?.end(`HTTP/1.1 200 OK\r\ncall ${canaries.broken}\r\n\r\n`),
  '/script': (response) => {
    response.setHeader('content-type', html).end(`<p>Its script does the rest.</p><script>${script()}</script>`);
  },
};

/** The exception comes later, since it would end the script. */
function script(): string {
  return `
    setTimeout(() => { throw new Error('cannot ring ${canaries.exception}'); });
    Promise.reject(new Error('cannot ring ${canaries.rejection}'));
    for (const say of ['log', 'warn', 'error', 'trace']) console[say]('ringing ${canaries.log}');
    localStorage.phone = '${canaries.storage}';
    history.pushState(null, '', '/${canaries.history}');
    fetch('/${canaries.request}', { method: 'POST', body: '${canaries.request}' });
    new Worker(URL.createObjectURL(new Blob(["throw new Error('${canaries.worker}')"])));
    alert('${canaries.dialog}');`;
}

/** A host whose pages hold a number wherever a fleet might copy it from without noticing. */
export async function startCanarySite(): Promise<CanarySite> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    if (answer === undefined) response.writeHead(404).end();
    else answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    egressHosts: `*.test=127.0.0.1:${port}`,
    seeds: Object.keys(answers)
      .filter((path) => path !== '/robots.txt')
      .map((path) => site + path),
    canaries,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
