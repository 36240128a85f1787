import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** What a stream is sent as, and what it is made of. */
export interface Streamed {
  type: string;
  fileName: string;
  chunks: AsyncGenerator<Buffer>;
}

/**
 * Sends as fast as the client reads, and ends the generator when it goes away. What fails before the first chunk is
 * answered as an error; what fails later breaks the connection off, so that nobody takes the part for the whole.
 */
export async function sendStream(reply: FastifyReply, { type, fileName, chunks }: Streamed): Promise<FastifyReply> {
  const body = Readable.from(await begin(chunks), { objectMode: false, highWaterMark: 65_536 });
  reply.type(type).header('content-disposition', `attachment; filename="${fileName}"`);
  return reply.send(body);
}

/**
 * Waits for the first item. No generator itself: one that nobody has read from yet would not end `items` when the client
 * goes away.
 */
async function begin<T>(items: AsyncGenerator<T>): Promise<AsyncIterable<T>> {
  let first: IteratorResult<T> | null = await items.next();
  const iterator: AsyncIterator<T> = {
    async next() {
      const result = first ?? (await items.next());
      first = null;
      return result;
    },
    return: async () => await items.return(undefined),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
