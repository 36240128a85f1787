import { createBrowserLab } from './browser-lab.ts';

/** A process that owns a browser, to be killed: tells where it runs, then waits with a page open. */
const lab = await createBrowserLab();
const { browsers, sandbox } = await lab.pool.state();
process.stdout.write(`${JSON.stringify({ pid: browsers[0]?.pid, runDir: lab.runDir, sandbox })}\n`);
await lab.show('<script>while (true) {}</script>', { deadlineMs: 600_000 });
