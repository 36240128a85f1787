import { setTimeout as sleep } from 'node:timers/promises';
import type { EvictionReason } from '@numfleet/contracts';
import type pg from 'pg';

const answerWithinMs = 5_000;
const oneMoreTurnMs = 50;
/** Statements that fail one after the other start no more rounds than this, ms. */
const leastPauseMs = 1_000;

interface Checking {
  everyMs: number;
  lifetimeMs: number;
  listens: boolean;
  onEvicted: (reason: EvictionReason) => void;
}

/**
 * Asks every idle connection for an answer and drops those that give none within 5 s: a connection cut half-open looks
 * idle for ever otherwise, and the next job would pay for it (G14). When one is found dead in use, those beside it are
 * asked at once: what cut it has cut them too.
 */
export function checkConnections(pool: pg.Pool, checking: Checking): Disposable {
  const { everyMs, lifetimeMs, onEvicted } = checking;
  const bornAt = new WeakMap<pg.PoolClient, number>();
  const heldSince = new Map<pg.PoolClient, number>();
  let asking: Promise<unknown> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;

  const ask = () => {
    askedAt = performance.now();
    const idle = Array.from({ length: pool.idleCount }, () => askIdle(pool, onEvicted));
    const listening = checking.listens ? heldFor(heldSince, everyMs) : [];
    const asked = listening.map((client) => askListening(client, isOld(client), onEvicted));
    asking = Promise.allSettled([...idle, ...asked]).finally(() => {
      asking = null;
    });
  };
  const askUnlessAsking = () => {
    if (asking === null) ask();
  };
  const isOld = (client: pg.PoolClient) => performance.now() - (bornAt.get(client) ?? 0) >= lifetimeMs;

  pool.on('connect', (client) => void bornAt.set(client, performance.now()));
  pool.on('acquire', (client) => void heldSince.set(client, performance.now()));
  pool.on('release', (error, client) => {
    heldSince.delete(client);
    if (error && performance.now() - askedAt >= leastPauseMs) askUnlessAsking();
  });
  pool.on('remove', (client) => {
    heldSince.delete(client);
    if (isOld(client)) onEvicted('expired');
  });
  pool.on('error', () => onEvicted('broken'));
  const timer = setInterval(askUnlessAsking, everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function askIdle(pool: pg.Pool, onEvicted: Checking['onEvicted']): Promise<void> {
  const client = await pool.connect();
  const onError = () => {};
  client.on('error', onError);
  const answers = await doesAnswer(client);
  client.off('error', onError);
  client.release(!answers);
  if (!answers) onEvicted('no-answer');
}

/** No statement runs on it, or waits: whoever listens only waits for notifications. */
async function askListening(client: pg.PoolClient, isOld: boolean, onEvicted: Checking['onEvicted']): Promise<void> {
  const answers = await doesAnswer(client);
  if (answers && !isOld) return;
  if (!answers) onEvicted('no-answer');
  // Its holder learns by the error that it has to listen on another one.
  client.connection.stream.destroy(new Error('The connection does not answer, or is too old.'));
}

/** A time-out of pg's own would fire first where this process itself stood still, although the answer has come. */
async function doesAnswer(client: pg.PoolClient): Promise<boolean> {
  const answer = client.query('select 1').then(
    () => true,
    () => false,
  );
  const silence = sleep(answerWithinMs, false, { ref: false }).then(() => sleep(oneMoreTurnMs, false, { ref: false }));
  return await Promise.race([answer, silence]);
}

function heldFor(heldSince: ReadonlyMap<pg.PoolClient, number>, ms: number): pg.PoolClient[] {
  const before = performance.now() - ms;
  return [...heldSince].filter(([, since]) => since <= before).map(([client]) => client);
}
