import { startPostgres } from '../postgres/start-postgres.ts';

/**
 * A process of its own that owns a Postgres: `node own-postgres.ts HOME`. It prints one line of JSON when Postgres is
 * ready, and then waits to be killed.
 */
const [, , home = ''] = process.argv;
const postgres = await startPostgres({ home, emit: () => {}, signal: AbortSignal.timeout(60_000) });
console.log(JSON.stringify({ pid: postgres.pid, port: postgres.port, adminUrl: postgres.adminUrl }));
setInterval(() => {}, 60_000);
