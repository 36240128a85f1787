import { spawn } from 'node:child_process';
import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Role } from '@numfleet/contracts';
import type { OtlpReceiver } from '@numfleet/telemetry/testing';
import {
  adminAnswers,
  bullBoard,
  type ConsoleApi,
  connect,
  consoleAnswers,
  createConsoleApi,
  databaseRows,
  processTable,
  queueRows,
} from '../src/index.ts';
import { startLeakingFront } from './leaking-front.ts';
import { otlpOf } from './otlp-of.ts';
import { type Command, outputOf } from './run-command.ts';

/** What there is to look at of a fleet that runs. */
export interface Watched {
  home: string;
  pid: number;
  output: () => string;
  campaign: string;
  /** An address that holds a number. */
  sensitiveUrl: string;
  collector: OtlpReceiver;
  consoles: Readonly<Record<Role, ConsoleApi>>;
  commands: readonly Command[];
  /** The folder that the fleet takes for its temporary files. */
  temporary: string;
  /** Of the database. */
  rawFiles: readonly string[];
}

/** A place that a number could get to. */
export interface Sink {
  name: string;
  /** The least of it that must have been looked at, bytes: a scan of nothing finds nothing. */
  leastBytes: number;
  /** Text: neither NUL nor what is no UTF-8. */
  carries: 'bytes' | 'text';
  look(
    watched: Watched,
  ): Promise<{ texts: readonly { label: string; text: string | Uint8Array }[] } | { files: readonly string[] }>;
  /** How its control leaks, in words. */
  control: string;
  /** Leaks, where its output rests; gives what is to be looked at otherwise than before. */
  plant(leak: Buffer, watched: Watched, stack: AsyncDisposableStack): Promise<Partial<Watched>>;
}

/** All of them. That each has a control is a matter of its type. */
export const sinks: readonly Sink[] = [
  {
    name: 'stdout and stderr of all services, and of Postgres',
    leastBytes: 100_000,
    carries: 'bytes',
    look: async ({ home }) => ({ files: [join(home, 'logs')] }),
    control: 'written to the standard output of the running sink',
    async plant(leak, { pid }) {
      const sink = (await processTable({ pid })).find(({ label }) => label.includes('apps/sink/'));
      await appendFile(`/proc/${sink?.pid}/fd/1`, leak);
      return {};
    },
  },
  {
    name: 'terminal of `numfleet up`',
    leastBytes: 100,
    carries: 'text',
    look: async ({ output }) => ({ texts: [{ label: 'numfleet up', text: output() }] }),
    control: 'after what it printed',
    plant: async (leak, { output }) => ({ output: () => output() + leak.toString() }),
  },
  {
    name: 'command line',
    leastBytes: 1_000,
    carries: 'text',
    look: async ({ commands }) => ({ texts: await Promise.all(commands.map(outputOf)) }),
    control: 'printed by a command',
    async plant(leak, { home }) {
      const env = { LEAK: leak.toString() };
      return { commands: [{ program: process.execPath, args: ['-p', 'process.env.LEAK'], env, home }] };
    },
  },
  {
    name: 'spans, as a collector gets them',
    leastBytes: 100_000,
    carries: 'text',
    look: async ({ collector }) => ({
      texts: [
        ...collector.requests().flatMap(({ headers, body }) => [
          { label: 'headers', text: JSON.stringify(headers) },
          { label: 'export', text: body },
        ]),
        { label: 'decoded', text: JSON.stringify(collector.spans()) },
      ],
    }),
    control: 'the name of a span that is sent to it',
    async plant(leak, { collector }) {
      const headers = { 'content-type': 'application/x-protobuf' };
      await fetch(`${collector.endpoint}/v1/traces`, { method: 'POST', headers, body: otlpOf(leak) });
      return {};
    },
  },
  {
    name: '/metrics, /readyz, /livez of all services',
    leastBytes: 100_000,
    carries: 'text',
    look: async ({ home }) => ({ texts: await adminAnswers(home) }),
    control: 'a label of one more service',
    async plant(leak, { home }, stack) {
      const front = stack.use(await startLeakingFront('http://127.0.0.1:1', /metrics/, leak));
      const line = { event: 'service.started', adminPort: Number(new URL(front.url).port) };
      await appendFile(join(home, 'logs', 'one-more.log'), `${JSON.stringify(line)}\n`);
      return {};
    },
  },
  {
    name: 'rows of the queues',
    leastBytes: 100_000,
    carries: 'text',
    look: async ({ home }) => ({ texts: await queueRows(home) }),
    control: 'a row',
    plant: (leak, { home }) => plantRow(home, 'numfleet_queue', leak),
  },
  {
    name: 'full dump of the database',
    leastBytes: 100_000,
    carries: 'text',
    look: async ({ home }) => ({ texts: await databaseRows(home, 'numfleet') }),
    control: 'the details of a dead letter',
    plant: (leak, { home }) => plantRow(home, 'numfleet', leak),
  },
  {
    name: 'raw files of Postgres, with its log',
    leastBytes: 30_000_000,
    carries: 'bytes',
    async look({ home, rawFiles }) {
      await checkpoint(home);
      return { files: rawFiles };
    },
    control: 'a row, in the file of its table and in the log',
    plant: plantRawRow,
  },
  {
    name: "Bull Board's pages and API",
    leastBytes: 100_000,
    carries: 'text',
    look: async ({ consoles }) => ({ texts: await bullBoard({ api: consoles.viewer }) }),
    control: 'the answer for a job',
    plant: (leak, watched, stack) =>
      plantAnswer(/^\/queues\/api\/queues\/[^/?]+\/[^/?]+$/, 'viewer', leak, watched, stack),
  },
  consoleAs('viewer'),
  consoleAs('operator'),
  consoleAs('controller'),
  {
    name: 'arguments, titles and environments of processes',
    leastBytes: 10_000,
    carries: 'text',
    look: async (fleet) => ({ texts: await processTable(fleet) }),
    control: 'an argument of one',
    async plant(leak, _watched, stack) {
      const child = spawn('sleep', ['60'], { argv0: leak.toString(), stdio: 'ignore' });
      stack.defer(() => void child.kill());
      return { pid: child.pid ?? 0 };
    },
  },
  {
    name: 'profiles of browsers',
    leastBytes: 10_000,
    carries: 'bytes',
    look: async ({ home }) => ({ files: [join(home, 'run')] }),
    control: 'a file in one',
    plant: (leak, { home }) => plantFile(join(home, 'run', 'crawler-1', 'profile'), leak),
  },
  {
    name: 'temporary files',
    leastBytes: 0,
    carries: 'bytes',
    look: async ({ temporary }) => ({ files: [temporary] }),
    control: 'one more',
    plant: (leak, { temporary }) => plantFile(temporary, leak),
  },
  {
    name: 'core and heap dumps, reports, and all else under the home folder',
    leastBytes: 1_000,
    carries: 'bytes',
    async look({ home }) {
      const others = (await readdir(home)).filter((name) => !['postgres', 'logs', 'run'].includes(name));
      return { files: others.map((name) => join(home, name)) };
    },
    control: 'a core dump',
    async plant(leak, { home }) {
      await writeFile(join(home, 'core.4711'), Buffer.concat([Buffer.from('\x7fELF\0'), leak]));
      return {};
    },
  },
];

function consoleAs(role: Role): Sink {
  return {
    name: `console's pages and API, as ${role}`,
    leastBytes: 50_000,
    carries: 'text',
    look: async ({ consoles, campaign, sensitiveUrl }) => ({
      texts: await consoleAnswers(consoles[role], { campaign, sensitiveUrl }),
    }),
    control: 'the answer for a campaign',
    plant: (leak, watched, stack) => plantAnswer(/^\/api\/v1\/campaigns\/\d+$/, role, leak, watched, stack),
  };
}

async function plantAnswer(at: RegExp, role: Role, leak: Buffer, { consoles }: Watched, stack: AsyncDisposableStack) {
  const { url, token } = consoles[role];
  const front = stack.use(await startLeakingFront(url, at, leak));
  return { consoles: { ...consoles, [role]: createConsoleApi({ url: front.url, token }) } };
}

async function plantFile(folder: string, leak: Buffer): Promise<Partial<Watched>> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'planted'), leak);
  return {};
}

async function plantRow(home: string, database: string, leak: Buffer): Promise<Partial<Watched>> {
  await using admin = await connect(home, database);
  await admin.query('create table planted as select $1::text as leak', [leak.toString()]);
  return {};
}

async function plantRawRow(leak: Buffer, { home }: Watched): Promise<Partial<Watched>> {
  await using admin = await connect(home, 'postgres');
  await admin.query('create table planted (leak bytea)');
  const [segment] = await admin.query<{ name: string }>('select pg_walfile_name(pg_current_wal_lsn()) as name');
  await admin.query('insert into planted values ($1)', [leak]);
  const data = join(home, 'postgres', 'data');
  const [file] = await admin.query<{ path: string }>("select pg_relation_filepath('planted') as path");
  return { rawFiles: [dirname(join(data, file?.path ?? '')), join(data, 'pg_wal', segment?.name ?? '')] };
}

async function checkpoint(home: string): Promise<void> {
  await using admin = await connect(home, 'postgres');
  await admin.query('checkpoint');
}
