import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTestDatabase, urlAs } from '@numfleet/embedded/testing';
import { generateKeys } from '@numfleet/privacy/inside';
import { migrateQueue } from '@numfleet/queue';
import { migrate } from '@numfleet/store';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

const token = 'a-token-for-the-tests-of-the-console-process';

let home: string;
let environment: Record<string, string>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'numfleet-console-'));
  const [truth, queue] = [
    await createTestDatabase(inject('postgresUrl')),
    await createTestDatabase(inject('postgresUrl')),
  ];
  await migrate({ connectionString: truth });
  await migrateQueue({ connectionString: queue });
  await generateKeys(join(home, 'keys'));
  await writeFile(join(home, 'console-token'), `${token}\n`, { mode: 0o600 });
  environment = {
    DATABASE_URL: urlAs('numfleet_console', truth),
    NUMFLEET_QUEUE_URL: urlAs('numfleet_console', queue),
    NUMFLEET_KEYS_DIR: join(home, 'keys'),
    NUMFLEET_CONSOLE_TOKEN_FILE: join(home, 'console-token'),
    NUMFLEET_CONSOLE_PORT: String(await freePort()),
    NUMFLEET_ADMIN_PORT: String(await freePort()),
  };
});

afterAll(() => rm(home, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

interface Running extends AsyncDisposable {
  child: ChildProcess;
  /** The exit code and all that it said. */
  ended: Promise<{ exitCode: number | null; said: string }>;
}

function start(changes: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...environment, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[exitCode], stdout, stderr]) => ({ exitCode, said: stdout + stderr }),
  );
  return {
    child,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const answerOf = async (url: string, options: RequestInit = {}) => {
  try {
    const response = await fetch(url, { redirect: 'manual', ...options });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: '' };
  }
};

test('the console becomes ready, answers, and ends with 0 when it is asked to', async () => {
  await using running = start();
  await expect
    .poll(() => answerOf(`http://127.0.0.1:${environment.NUMFLEET_ADMIN_PORT}/readyz`), { timeout: 20_000 })
    .toEqual({ status: 200, text: 'ok\n' });
  const origin = `http://127.0.0.1:${environment.NUMFLEET_CONSOLE_PORT}`;
  expect((await answerOf(`${origin}/login?token=${token}`)).status).toBe(303);
  const authorised = { headers: { authorization: `Bearer ${token}` } };
  expect(await answerOf(`${origin}/api/v1/campaigns`, authorised)).toEqual({ status: 200, text: '{"campaigns":[]}' });
  expect((await answerOf(`${origin}/queues/api/queues`, authorised)).status).toBe(200);
  running.child.kill('SIGTERM');
  const { exitCode, said } = await running.ended;
  expect(exitCode).toBe(0);
  expect(said).not.toContain(token);
});

describe('does not start, and says why by a code', () => {
  test.each<[string, (taken: number) => Record<string, string>, string]>([
    ['a port in use', (taken) => ({ NUMFLEET_CONSOLE_PORT: String(taken) }), 'port-in-use'],
    ['no token file', () => ({ NUMFLEET_CONSOLE_TOKEN_FILE: join(home, 'nothing') }), 'file-unreadable'],
    ['no keys', () => ({ NUMFLEET_KEYS_DIR: join(home, 'nothing') }), 'key-missing'],
    ['a wrong list of hosts', () => ({ NUMFLEET_EGRESS_HOSTS: 'nonsense' }), 'config-invalid'],
  ])('%s', async (_name, changes, code) => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    await using running = start(changes((occupant.address() as AddressInfo).port));
    const { exitCode, said } = await running.ended;
    occupant.close();
    expect(exitCode).toBe(1);
    expect(said).toContain(code);
  });
});
