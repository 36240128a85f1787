/** What a request may cost the console before it knows who asks (I8, G12). */
export interface HttpLimits {
  /** Of a body, both as it is sent and as it unpacks. */
  bodyBytes: number;
  /** For all headers of a request together. */
  headerBytes: number;
  headersMs: number;
  /** For a request to arrive whole: a body that drips is cut off here. */
  requestMs: number;
  /** How often the two times above are looked at. */
  checkMs: number;
  connections: number;
}

export const httpLimits: HttpLimits = {
  bodyBytes: 10 * 1_024 * 1_024,
  headerBytes: 16 * 1_024,
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 2_000,
  connections: 512,
};
