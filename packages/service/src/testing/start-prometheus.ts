import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { guardPath } from '../index.ts';

/** Which of Prometheus' programs this machine lacks. */
export const missingPrograms: readonly string[] = ['prometheus', 'promtool'].filter((name) => !isOnPath(name));

export interface Prometheus extends AsyncDisposable {
  /** What its HTTP API answers to a GET under /api/v1, less the envelope. */
  ask(path: string, parameters: Record<string, string>): Promise<unknown>;
}

/** A Prometheus on loopback that scrapes one port each second and keeps exemplars. It ends when we do. */
export async function startPrometheus(target: number): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'numfleet-prometheus-'));
  const port = await freePort();
  const job = { job_name: 'numfleet', static_configs: [{ targets: [`127.0.0.1:${target}`] }] };
  // JSON is YAML.
  const config = { global: { scrape_interval: '1s' }, scrape_configs: [job] };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    guardPath,
    [
      'prometheus',
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, NUMFLEET_GUARD_SIGNAL: 'KILL', NUMFLEET_GUARD_CLEANUP: folder },
    },
  );
  return {
    async ask(path, parameters) {
      const url = `http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(parameters)}`;
      const response = await fetch(url).catch(() => null);
      return response?.ok ? ((await response.json()) as { data: unknown }).data : null;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
