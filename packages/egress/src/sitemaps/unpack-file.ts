import { decodeChunks, peek } from '../fetch/decode-chunks.ts';

/** A file as it comes, unpacked where it is gzip: `sitemap.xml.gz` is served under all sorts of types and none. */
export async function* unpackFile(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { first, all } = await peek(body);
  yield* first[0] === 0x1f && first[1] === 0x8b ? decodeChunks(all, 'gzip') : all;
}
