import type pg from 'pg';

const answerWithinMs = 5_000;

/**
 * Asks every idle connection for an answer and drops those that give none within 5 s: a connection cut half-open
 * (no FIN, no RST) looks idle for ever otherwise, and the next job would pay for it (G14).
 */
export async function checkIdleConnections(pool: pg.Pool): Promise<void> {
  const idle = Array.from({ length: pool.idleCount }, () => checkOne(pool));
  await Promise.allSettled(idle);
}

async function checkOne(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  const onError = () => {};
  client.on('error', onError);
  try {
    const check: pg.QueryConfig & { query_timeout: number } = { text: 'select 1', query_timeout: answerWithinMs };
    await client.query(check);
    client.release();
  } catch {
    client.release(true);
  } finally {
    client.off('error', onError);
  }
}
