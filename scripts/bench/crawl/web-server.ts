import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { planWeb, type WebPlan } from './saved-web.ts';

/**
 * A process of its own, so that the web costs both sides the same: serves the web that its argument describes, tells its
 * port, and ends with its standard input.
 */
const plan = JSON.parse(parseArgs({ allowPositionals: true }).positionals[0] ?? '{}') as WebPlan;
const bodies = new Map(planWeb(plan).flatMap((page) => Object.entries(page.bodies)));

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const body = bodies.get(path);
  const answer = () => response.writeHead(body ? 200 : 404, body ? headersOf(path) : {}).end(body);
  if (plan.latencyMs > 0) setTimeout(answer, plan.latencyMs);
  else answer();
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.stdin.resume().once('end', () => process.exit());

/** Without the policy what pages want from elsewhere would hang in a closed network, and that would be measured. */
function headersOf(path: string): Record<string, string> {
  return {
    'content-type': path.startsWith('/content') ? 'application/json' : 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:",
  };
}
