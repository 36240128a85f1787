import { once } from 'node:events';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';

export type BodyKind = 'length' | 'chunked' | 'gzip';

export interface BodyAnswer {
  /** Null where the connection was closed without an answer. */
  status: number | null;
  text: string;
  /** Bytes of the body that the network took. */
  sent: number;
}

const twoGigabytes = 2 * 2 ** 30;
const piece = Buffer.alloc(2 ** 20, '"');
const member = gzipSync(Buffer.alloc(2 ** 24, '"'), { level: 9 });

/** Posts 2 GB to a server: with its length, in chunks, or as some 2 MB of gzip that unpack to it. Never rejects. */
export async function postTwoGigabytes(
  url: string,
  kind: BodyKind,
  options: { token?: string; stop: AbortSignal },
): Promise<BodyAnswer> {
  const asked = request(url, { method: 'POST', headers: headersOf(kind, options.token), agent: false });
  const gone = new AbortController();
  const leave = () => asked.destroy();
  options.stop.addEventListener('abort', leave, { once: true });
  asked.once('close', () => gone.abort()).on('error', () => gone.abort());
  const answered = readAnswer(asked, gone.signal);
  const sent = await pour(asked, kind, gone.signal);
  const answer = await answered;
  asked.destroy();
  options.stop.removeEventListener('abort', leave);
  return { ...answer, sent };
}

function headersOf(kind: BodyKind, token: string | undefined) {
  return {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(kind === 'length' ? { 'content-length': String(twoGigabytes) } : {}),
    ...(kind === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
  };
}

type Asked = ReturnType<typeof request>;

async function readAnswer(asked: Asked, gone: AbortSignal): Promise<Omit<BodyAnswer, 'sent'>> {
  try {
    const [response] = await once(asked, 'response', { signal: gone });
    const chunks: Buffer[] = await response.toArray();
    return { status: response.statusCode, text: Buffer.concat(chunks).toString() };
  } catch {
    return { status: null, text: '' };
  }
}

/** Goes on although it was answered, as somebody would who means harm, until all is sent or the connection is closed. */
async function pour(asked: Asked, kind: BodyKind, gone: AbortSignal): Promise<number> {
  const chunk = kind === 'gzip' ? member : piece;
  const pieces = twoGigabytes / (kind === 'gzip' ? 2 ** 24 : piece.length);
  try {
    for (let index = 0; index < pieces && !gone.aborted; index++) {
      if (!asked.write(chunk)) await once(asked, 'drain', { signal: gone });
    }
    asked.end();
  } catch {
    // Closed by the other side: what it should do.
  }
  return asked.socket?.bytesWritten ?? 0;
}
