import { createSupervisor } from '../processes/supervisor.ts';
import { scriptSpec } from './script-spec.ts';

/**
 * A process of its own that supervises others: `node own-processes.ts FOLDER`. It prints their pids when they are ready,
 * and then waits to be killed.
 */
const [, , folder = ''] = process.argv;
const supervisor = createSupervisor({ emit: () => {} });
supervisor.add(scriptSpec(folder, 'cooperative', `process.stdin.resume().on('end', () => process.exit(0)); ready();`));
supervisor.add(scriptSpec(folder, 'hung', `process.on('SIGTERM', () => {}); ready(); for (;;);`));
await supervisor.start(AbortSignal.timeout(30_000));
console.log(JSON.stringify(supervisor.processes().map(({ pid }) => pid)));
