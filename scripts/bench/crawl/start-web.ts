import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { planWeb, type SavedPage, type WebPlan } from './saved-web.ts';

export interface Web extends AsyncDisposable {
  /** On loopback, all hosts alike. */
  port: number;
  pages: WebPage[];
  /** For NUMFLEET_EGRESS_HOSTS. */
  egressHosts: string;
}

/** Its number is the one that was put on it, besides those that were there. */
export type WebPage = Pick<SavedPage, 'host' | 'path' | 'number'>;

export async function startWeb(plan: WebPlan): Promise<Web> {
  const script = fileURLToPath(new URL('web-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, JSON.stringify(plan)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([once(child.stdout, 'data'), exited])) as [Buffer];
  const { port } = JSON.parse(String(line)) as { port: number };
  const pages = planWeb(plan);
  const hosts = [...new Set(pages.map(({ host }) => host))];
  return {
    port,
    pages: pages.map(({ host, path, number }) => ({ host, path, number })),
    egressHosts: hosts.map((host) => `${host}=127.0.0.1:${port}`).join(','),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
