import { createBrowserLab } from './browser-lab.ts';

/** A process that owns a browser, to be killed: tells where it runs, then waits with a page open. */
const lab = await createBrowserLab();
const [browser] = (await lab.pool.state()).browsers;
process.stdout.write(`${JSON.stringify({ pid: browser?.pid, runDir: lab.runDir })}\n`);
await lab.show('<script>while (true) {}</script>', { deadlineMs: 600_000 });
