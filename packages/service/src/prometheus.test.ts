import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPrograms, startPrometheus } from './testing/start-prometheus.ts';

const isSkipped = missingPrograms.length > 0 && process.env.CI !== 'true';
const openMetrics = 'application/openmetrics-text;version=1.0.0';
const script = fileURLToPath(new URL('./testing/small-service.ts', import.meta.url));

let service: ReturnType<typeof startService>;
let port: number;

beforeAll(async () => {
  if (isSkipped) return;
  service = startService();
  port = await service.port;
});
afterAll(() => void service?.child.kill('SIGKILL'));

/** A service of its own process, whose jobs run in spans. */
function startService() {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, 'well'], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, NUMFLEET_LIFELINE_STDIN: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const started = Promise.withResolvers<number>();
  createInterface(child.stdout).on('line', (line) => {
    const { event, adminPort } = JSON.parse(line) as { event?: string; adminPort?: number };
    if (event === 'service.started' && adminPort !== undefined) started.resolve(adminPort);
  });
  return { child, port: started.promise };
}

async function scrape(accept?: string): Promise<{ type: string | null; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: accept ? { accept } : {} });
  return { type: response.headers.get('content-type'), text: await response.text() };
}

async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const endsAt = performance.now() + 25_000;
  while (true) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endsAt) throw new Error('Prometheus has nothing to say');
    await delay(200);
  }
}

describe.skipIf(isSkipped)(
  `a service's metrics, seen by Prometheus (missing here: ${missingPrograms.join(', ') || 'nothing'})`,
  () => {
    it('scrapes our series and, with their traces, exemplars', async () => {
      await using prometheus = await startPrometheus(port);
      const series = await eventually(async () => {
        const found = (await prometheus.ask('query', { query: 'numfleet_jobs_ended_total' })) as Found | null;
        return found?.result[0];
      });
      expect(series).toMatchObject({
        metric: { __name__: 'numfleet_jobs_ended_total', queue: 'crawl', ending: 'done', service: 'small' },
        value: [expect.any(Number), '2'],
      });
      const [exemplars] = await eventually(async () => {
        const end = Date.now() / 1_000;
        const query = { query: 'numfleet_job_duration_seconds_bucket', start: String(end - 60), end: String(end) };
        const found = (await prometheus.ask('query_exemplars', query)) as Exemplars | null;
        return found?.length ? found : undefined;
      });
      expect(exemplars?.seriesLabels).toMatchObject({ queue: 'crawl', ending: 'done', le: '0.25' });
      expect(exemplars?.exemplars[0]).toMatchObject({
        value: '0.2',
        labels: { trace_id: expect.stringMatching(hexId) },
      });
    }, 60_000);

    it.each([
      ['the classic format', undefined],
      ['the classic format after OpenMetrics', openMetrics],
    ])('promtool finds nothing wrong with %s', async (_, before) => {
      if (before) await scrape(before);
      const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
      child.stdin.end((await scrape()).text);
      const [complaints, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      // prom-client's own figures of Node keep other conventions; ours keep Prometheus'.
      expect(complaints.split('\n').filter((line) => line.startsWith('numfleet_') || /error/i.test(line))).toEqual([]);
      expect([0, 3]).toContain(exitCode);
    });

    it('speaks OpenMetrics to who asks for it, and each format keeps its names', async () => {
      const classic = await scrape();
      const open = await scrape(openMetrics);
      const [first, second] = await Promise.all([scrape(), scrape(openMetrics)]);
      expect([classic.type, open.type]).toEqual([first?.type, second?.type]);
      expect(classic.type).toContain('text/plain');
      expect(open.type).toContain('application/openmetrics-text');
      for (const { text } of [classic, open, first, second]) {
        expect(text).toContain('\nnumfleet_jobs_ended_total{queue="crawl",ending="done",service="small"} 2\n');
      }
      for (const { text } of [classic, first]) {
        expect(text).toContain('# TYPE numfleet_jobs_ended_total counter');
        expect(text).not.toContain('trace_id');
      }
      expect(open.text).toMatch(/# \{trace_id="[0-9a-f]{32}"\} 0\.2 /);
      expect(open.text.endsWith('# EOF\n')).toBe(true);
    });
  },
);

interface Found {
  result: { metric: Record<string, string>; value: [number, string] }[];
}

type Exemplars = {
  seriesLabels: Record<string, string>;
  exemplars: { value: string; labels: Record<string, string> }[];
}[];

const hexId = /^[0-9a-f]{32}$/;
