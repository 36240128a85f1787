import { createBrowserLab } from './browser-lab.ts';

/** A process that owns a browser, to be killed: tells where it runs, then waits with a page open. */
const [, , runDir] = process.argv;
const lab = await createBrowserLab(undefined, runDir === undefined ? {} : { runDir });
const { browsers, sandbox } = await lab.pool.state();
process.stdout.write(`${JSON.stringify({ pid: browsers[0]?.pid, runDir: runDir ?? lab.runDir, sandbox })}\n`);
await lab.show('<script>while (true) {}</script>', { deadlineMs: 600_000 });
