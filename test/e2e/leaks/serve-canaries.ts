import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const host = 'rough.test';
/** Apart, since the other's breaker opens. */
const endlessHost = 'endless.test';

/** By what becomes of the page that the number is on. */
const canaries = {
  success: '+441174960700',
  retry: '+441174960701',
  timeOut: '+441174960702',
  unpacking: '+441174960703',
  malformed: '+441174960704',
  redirect: '+441174960705',
  noAddress: '+441174960706',
  notThere: '+441174960707',
  damaged: '+441174960708',
  script: '+441174960709',
  killed: '+441174960710',
  configuration: '+441174960711',
} as const;

export interface CanaryServer extends AsyncDisposable {
  /** For NUMFLEET_EGRESS_HOSTS. */
  egressHosts: string;
  numbers: typeof canaries;
  /** Of a page that leads to all others, but to the one that never comes to rest. */
  start: string;
  /** Of a page that is not there; it holds a number. */
  sensitive: string;
  /** Of one whose script runs for ever; it asks for `/running` first. */
  endless: string;
  /** How often a path was asked for. */
  asked(path: string): number;
  /** The pages that nobody has asked for yet. */
  unasked(): string[];
}

/** Pages on which things go wrong in the middle of a number. */
export async function serveCanaries(): Promise<CanaryServer> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', `http://${host}`).pathname;
    const times = (asked.get(path) ?? 0) + 1;
    asked.set(path, times);
    const answer = answers[path] ?? (path.startsWith('/tel/') ? answers['/tel/'] : undefined);
    if (answer === undefined) response.writeHead(404).end();
    else answer(response, times);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    egressHosts: [host, endlessHost].map((name) => `${name}=127.0.0.1:${port}`).join(),
    numbers: canaries,
    start: `http://${host}/`,
    sensitive: `http://${host}/tel/${canaries.notThere}`,
    endless: `http://${endlessHost}/endless`,
    asked: (path) => asked.get(path) ?? 0,
    unasked: () => linked.filter((path) => !asked.has(path)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const html = { 'content-type': 'text/html; charset=utf-8' };
const encoded = encodeURIComponent(canaries.redirect);

const answers: Record<string, (response: ServerResponse, times: number) => void> = {
  '/': (response) => {
    const list = linked.map((path) => `<a href="${path}">${path}</a>`).join(' ');
    response.writeHead(200, html).end(`<title>${canaries.success}</title>${list} ${textOf(canaries.success)}`);
  },
  '/retry': (response, times) => {
    const { retry } = canaries;
    if (times === 1) response.writeHead(503, `Call ${retry}`, { ...html, 'x-tel': retry }).end(textOf(retry));
    else response.writeHead(200, html).end(textOf(retry));
  },
  '/slow': (response) => void response.writeHead(200, html).write(textOf(canaries.timeOut)),
  '/packed': (response) =>
    response.writeHead(200, { ...html, 'content-encoding': 'gzip' }).end(textOf(canaries.unpacking)),
  '/malformed': (response) =>
    response.socket?.end(`HTTP/1.1 200 OK\r\nX ${canaries.malformed}: \u0000\r\nContent-Length: x\r\n\r\n`),
  '/moved': (response) => response.writeHead(302, { location: `/tel/${encoded}?phone=${encoded}` }).end(),
  '/call': (response) => response.writeHead(302, { location: `tel:${canaries.noAddress}` }).end(),
  '/tel/': (response) => response.writeHead(404, html).end(textOf(canaries.notThere)),
  '/damaged': (response) =>
    response.writeHead(200, { 'content-type': 'application/pdf' }).end(`%PDF-1.7 (${canaries.damaged})`),
  '/script': (response) => response.writeHead(200, html).end(failing(canaries.script)),
  '/endless': (response) =>
    response
      .writeHead(200, html)
      .end(
        `${textOf(canaries.killed)}<script>fetch('/running').then(() => { for (;;) document.title = '${canaries.killed}'; });</script>`,
      ),
  '/running': (response) => response.writeHead(200).end(),
};

const linked = Object.keys(answers).filter((path) => !['/', '/endless', '/running', '/tel/'].includes(path));

function textOf(number: string): string {
  return `<p>Call ${number} or <a href="tel:${number}">us</a>.</p>`;
}

/** All that a page can say on its way out of a browser. */
function failing(number: string): string {
  return `${textOf(number)}<script>
    console.error('${number}', { tel: '${number}' });
    localStorage.setItem('tel', '${number}');
    document.cookie = 'tel=${number}';
    document.title = '${number}';
    fetch('/tel/${number}').catch(() => {});
    Promise.reject(new Error('${number}'));
    throw new TypeError('${number}');
  </script>`;
}
