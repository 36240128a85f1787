import { startTestConsole } from './test-console.ts';

/** What the process answers to each line that it is sent. */
export interface ProcessLook {
  rss: number;
  /** The most that `rss` ever was. */
  maxRss: number;
  /** Bytes that are in use once the garbage is collected: what a leak would make grow. */
  held: number;
  /** How often what happened; requests that were refused by their reason. */
  events: Record<string, number>;
}

/** `node console-process.ts ADMIN_URL LIMITS`: says where it listens, and its token; ends with its standard input. */
const [adminUrl = '', limits = '{}'] = process.argv.slice(2);
await using operated = await startTestConsole(adminUrl, { limits: JSON.parse(limits) });
const origin = await operated.app.listen({ host: '127.0.0.1', port: 0 });
// By the real clock, a second at a time: what is shared for a second is then read anew.
const clock = setInterval(() => operated.pass(1_000), 1_000);
say({ origin, token: operated.token });

const events: Record<string, number> = {};
const { promise: ended, resolve } = Promise.withResolvers<void>();
process.stdin.on('end', resolve).on('data', () => {
  for (const event of operated.events.splice(0)) {
    const name = event.type === 'request.rejected' ? event.reason : event.type;
    events[name] = (events[name] ?? 0) + 1;
  }
  const maxRss = process.resourceUsage().maxRSS * 1_024;
  const { rss } = process.memoryUsage();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  say({ rss, maxRss, held: heapUsed + external, events });
});
await ended;
clearInterval(clock);

function say(what: ProcessLook | { origin: string; token: string }): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
