import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  type Question,
  streamDecode,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet';

/** What is answered to a question. */
export type DnsAnswer =
  /** Its address records: true or lies. */
  | { kind: 'addresses'; addresses: readonly string[]; ttl?: number }
  | { kind: 'servfail' | 'nxdomain' }
  /** Over UDP that the answer is too long, so that it is asked for over TCP (RFC 1035 §4.2.1), where this is given. */
  | { kind: 'truncated'; addresses: readonly string[] }
  | { kind: 'silent' };

export interface DnsQuestion {
  name: string;
  type: string;
  over: 'udp' | 'tcp';
  /** When it came, ms of performance.now(). */
  at: number;
}

export interface DnsServer extends AsyncDisposable {
  /** For NUMFLEET_DNS_SERVERS. */
  readonly address: string;
  /** From now on; `delayMs` before each answer. */
  set(answer: (question: DnsQuestion) => DnsAnswer, delayMs?: number): void;
  /** All that was asked so far. */
  asked(): readonly DnsQuestion[];
  /** Closes the port: to ask is refused from then on. */
  die(): Promise<void>;
}

/** RFC 1035 §4.1.1. */
const rcodes = { servfail: 2, nxdomain: 3 } as const;
const authoritative = 1 << 10;

/** A name server on loopback, over UDP and TCP on the same port. */
export async function startDnsServer(first: (question: DnsQuestion) => DnsAnswer): Promise<DnsServer> {
  let answerOf = first;
  let delayMs = 0;
  const asked: DnsQuestion[] = [];
  const closing = new AbortController();
  const sockets = new Set<Socket>();

  const respond = async (query: DecodedPacket, over: DnsQuestion['over']): Promise<Packet | null> => {
    const [question] = query.questions ?? [];
    if (question === undefined) return null;
    const seen = { name: question.name, type: question.type, over, at: performance.now() };
    asked.push(seen);
    const answer = answerOf(seen);
    await sleep(delayMs, undefined, { signal: closing.signal });
    return packetOf(query.id ?? 0, question, answer, over);
  };

  const tcp = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
    socket.on(
      'data',
      createFraming(async (message) => {
        const packet = await respond(streamDecode(message) as DecodedPacket, 'tcp').catch(() => null);
        if (packet !== null) socket.write(streamEncode(packet));
      }),
    );
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4', async (message, from) => {
    const packet = await respond(decode(message), 'udp').catch(() => null);
    if (packet !== null && !closing.signal.aborted) udp.send(encode(packet), from.port, from.address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');

  let dead: Promise<unknown> | undefined;
  const die = async () => {
    if (dead === undefined) {
      dead = Promise.all([once(tcp, 'close'), once(udp, 'close')]);
      closing.abort();
      tcp.close();
      udp.close();
      for (const socket of sockets) socket.destroy();
    }
    await dead;
  };
  return {
    address: `127.0.0.1:${port}`,
    set(answer, delay = 0) {
      answerOf = answer;
      delayMs = delay;
    },
    asked: () => asked,
    die,
    [Symbol.asyncDispose]: die,
  };
}

/** Over TCP a length of two bytes stands before each message, which may come in pieces (RFC 1035 §4.2.2). */
function createFraming(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let buffer = Buffer.alloc(0);
  return (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 2 && buffer.length >= buffer.readUInt16BE(0) + 2) {
      const end = buffer.readUInt16BE(0) + 2;
      onMessage(buffer.subarray(0, end));
      buffer = buffer.subarray(end);
    }
  };
}

function packetOf(id: number, question: Question, answer: DnsAnswer, over: DnsQuestion['over']): Packet | null {
  const reply: Packet = { type: 'response', id, questions: [question] };
  switch (answer.kind) {
    case 'silent':
      return null;
    case 'servfail':
    case 'nxdomain':
      return { ...reply, flags: rcodes[answer.kind] };
    case 'truncated':
      if (over === 'udp') return { ...reply, flags: TRUNCATED_RESPONSE };
      return { ...reply, flags: authoritative, answers: records(question, answer.addresses, 60) };
    case 'addresses':
      return { ...reply, flags: authoritative, answers: records(question, answer.addresses, answer.ttl ?? 60) };
  }
}

function records({ name, type }: Question, addresses: readonly string[], ttl: number): Answer[] {
  const wanted = addresses.filter((address) => address.includes(':') === (type === 'AAAA'));
  if (type !== 'A' && type !== 'AAAA') return [];
  return wanted.map((data): Answer => ({ name, type, ttl, data }));
}
