import { once } from 'node:events';
import net from 'node:net';
import { Transform } from 'node:stream';

export interface TestFront extends AsyncDisposable {
  /** The URL of the target, but through the front. */
  readonly url: string;
  /** Where new connections go, as behind the name of a service whose server moves. */
  pointTo(url: string): void;
  /** Refuses connections and closes those that there are, until `open()`. */
  close(): Promise<void>;
  open(): Promise<void>;
  /**
   * Goes silent on the connections that there are, without closing them: half-open. New ones are served, and so are those
   * whose client named itself with `sparing` in what it said first.
   */
  cut(options?: { sparing: string }): void;
}

/** A TCP relay before a server, at an address that stays the same; `rewrite` gets what the server answers. */
export async function createTestFront(
  targetUrl: string,
  rewrite: (answer: Buffer) => Buffer = (answer) => answer,
): Promise<TestFront> {
  let target = new URL(targetUrl);
  const pairs = new Set<readonly [net.Socket, net.Socket]>();
  const saidFirst = new WeakMap<net.Socket, string>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    client.once('data', (chunk: Buffer) => saidFirst.set(client, chunk.toString('latin1')));
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const end of pair) end.destroy();
        pairs.delete(pair);
      });
    }
    const answers = new Transform({ transform: (chunk, _encoding, done) => done(null, rewrite(chunk)) });
    client.pipe(upstream).pipe(answers).pipe(client);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as net.AddressInfo).port;
  };
  const port = await listen(0);
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of [...pairs].flat()) socket.destroy();
    await closed;
  };
  return {
    get url() {
      const url = new URL(target);
      url.hostname = '127.0.0.1';
      url.port = String(port);
      return url.href;
    },
    pointTo(url) {
      target = new URL(url);
    },
    close,
    async open() {
      if (!server.listening) await listen(port);
    },
    cut(options) {
      for (const [client, upstream] of pairs) {
        if (options && saidFirst.get(client)?.includes(options.sparing)) continue;
        client.unpipe(upstream).pause();
        upstream.unpipe().pause();
      }
    },
    [Symbol.asyncDispose]: close,
  };
}
