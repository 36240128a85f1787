export interface Blockable {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Who answered with a page of their own instead of the one that was asked for. */
export type Blocker = 'cloudflare' | 'aws-waf' | 'datadome' | 'sucuri' | 'imperva' | 'akamai' | 'perimeterx';

interface Evidence {
  blocker: Blocker;
  proves(answer: Blockable, head: string): boolean;
}

/** Marks stand in the head of such a page. */
const headBytes = 4_096;

/**
 * What vendors document, or send with every such page; a page that merely loads a vendor's script is none. The list is
 * closed and short, because a false alarm costs a host its crawl.
 */
const evidence: readonly Evidence[] = [
  // Documented for every challenge, which comes with 403, 503 and 200.
  { blocker: 'cloudflare', proves: ({ headers }) => headers['cf-mitigated'] === 'challenge' },
  {
    blocker: 'cloudflare',
    proves: ({ status, headers }, head) =>
      status === 403 &&
      headers.server === 'cloudflare' &&
      /<title>Attention Required! \| Cloudflare<\/title>/.test(head),
  },
  // Documented: 202 with a challenge, 405 with a captcha.
  { blocker: 'aws-waf', proves: ({ headers }) => /^(challenge|captcha)$/.test(headers['x-amzn-waf-action'] ?? '') },
  { blocker: 'datadome', proves: ({ status, headers }) => status === 403 && headers['x-datadome'] !== undefined },
  { blocker: 'sucuri', proves: ({ status, headers }) => status === 403 && headers['x-sucuri-block'] !== undefined },
  // With 200, and nothing on the page but its own frame.
  {
    blocker: 'imperva',
    proves: ({ body }, head) =>
      body.byteLength <= headBytes && /<iframe[^>]{0,200}\bsrc="\/_Incapsula_Resource\?/.test(head),
  },
  {
    blocker: 'akamai',
    proves: ({ status, headers }, head) =>
      status === 403 && headers.server === 'AkamaiGHost' && /<title>Access Denied<\/title>/i.test(head),
  },
  { blocker: 'perimeterx', proves: ({ status }, head) => status === 403 && /\bid="px-captcha"/.test(head) },
];

/**
 * Whose block or challenge page an answer is; null where nothing proves it to be one. It is told so that such a host is
 * asked no more: nothing is ever done to pass for somebody else (I11).
 */
export function blockedBy(answer: Blockable): Blocker | null {
  const { body } = answer;
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, headBytes)).toString('latin1');
  return evidence.find(({ proves }) => proves(answer, head))?.blocker ?? null;
}
