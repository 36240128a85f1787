import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { decodeRequest, type OtlpSpan } from './otlp-schema.ts';

export interface ReceivedSpan extends Omit<OtlpSpan, 'attributes'> {
  /** `service.instance.id` of the process that it is of. */
  process: string;
  attributes: Record<string, string | number | boolean>;
}

export interface OtlpReceiver extends AsyncDisposable {
  /** To be given as OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  spans(): ReceivedSpan[];
  /** The requests as they came in. */
  requests(): { headers: IncomingHttpHeaders; body: Buffer }[];
}

/** What the receiver does with a request: takes it, never answers, refuses it, or answers for ever. */
export type ReceiverMood = 'takes' | 'stalls' | 'refuses' | 'drips';

/** A receiver of OTLP over HTTP on loopback, which decodes what a collector would. */
export async function startOtlpReceiver(mood: ReceiverMood = 'takes'): Promise<OtlpReceiver> {
  const received: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const { url, method, headers } = request;
    const isExport = method === 'POST' && url === '/v1/traces' && headers['content-type'] === 'application/x-protobuf';
    if (!isExport) return void response.writeHead(404).end();
    received.push({ headers, body: await buffer(request) });
    if (mood === 'stalls') return;
    response.writeHead(mood === 'refuses' ? 400 : 200, { 'content-type': 'application/x-protobuf' });
    if (mood !== 'drips') return void response.end();
    const dripping = setInterval(() => response.write(Buffer.alloc(1)), 20);
    response.on('close', () => clearInterval(dripping));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => received,
    spans: () => received.flatMap(({ body }) => spansIn(body)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function spansIn(body: Buffer): ReceivedSpan[] {
  return decodeRequest(body).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const process = String(plain(resource.attributes)['service.instance.id']);
    const spans = scopeSpans.flatMap((scope) => scope.spans);
    return spans.map((span) => ({ ...span, process, attributes: plain(span.attributes) }));
  });
}

function plain(attributes: OtlpSpan['attributes']): ReceivedSpan['attributes'] {
  const entries = attributes.map(({ key, value = {} }) => {
    const { stringValue, boolValue, intValue, doubleValue } = value;
    return [key, stringValue ?? boolValue ?? intValue ?? doubleValue ?? ''] as const;
  });
  return Object.fromEntries(entries);
}
